import { createCanvas, type SKRSContext2D, SvgExportFlag } from '@napi-rs/canvas'
import { checkSheet, drawCanvas, type Sheet } from './draw-canvas.ts'
import { registerFonts } from './fonts.ts'
import { createFrame, type Frame } from './frame.ts'

type Draw = (ctx: SKRSContext2D) => void

/** Skia's SVG has no word for these: it would leave them out, and show another picture. */
const UNWRITABLE: ReadonlySet<string> = new Set(
  'clearRect putImageData createConicGradient createPattern drawCanvas'.split(' '),
)
const UNWRITABLE_SETTINGS = { globalCompositeOperation: 'source-over', filter: 'none' }
/** A picture that cannot be written is embedded in so many pixels a CSS pixel. */
const EMBEDDED_SCALE = 2
/** A thousandth of a pixel is fine enough. */
const LONG_NUMBER = /(\.\d{3})\d+/g

/**
 * Draws an SVG, its text as paths, so that it looks the same everywhere. Of two drawings one is for light pages and one
 * for dark, and the reader's own setting chooses; equal ones are put once. What SVG cannot hold is embedded as a PNG.
 */
export function paintSvg(sheet: Sheet, draws: readonly [Draw] | readonly [light: Draw, dark: Draw]): Frame {
  const { width, height } = sheet
  checkSheet({ ...sheet, scale: 1 })
  registerFonts()
  const [light, dark = light] = draws.map((draw) => drawSvg(width, height, draw)) as [string, string?]
  const content =
    light === dark
      ? renameIds(light, 'a')
      : '<style>.dark{display:none}@media (prefers-color-scheme:dark){.light{display:none}.dark{display:inline}}</style>' +
        `<g class="light">${renameIds(light, 'a')}</g><g class="dark">${renameIds(dark, 'b')}</g>`
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ' +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>\n`
  return createFrame('svg', Buffer.from(svg), width, height)
}

function drawSvg(width: number, height: number, draw: Draw): string {
  const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths)
  const ctx = canvas.getContext('2d')
  const isWritable = watch(ctx)
  draw(ctx)
  if (!isWritable()) return embed(width, height, draw)
  const content = /<svg[^>]*[^/]>(.*)<\/svg>/s.exec(canvas.getContent().toString())?.[1] ?? ''
  return renumber(
    content
      .replace(/>\s+</g, '><')
      .trim()
      .replace(/ d="[^"]*"/g, (path) => path.replace(LONG_NUMBER, '$1'))
      .replace(/<path[^>]* d=""[^>]*\/>/g, '')
      .replace(/<radialGradient [^>]*>/g, swapCircles),
  )
}

/** Skia writes a gradient's first circle where SVG has its last, and the other way round. */
function swapCircles(tag: string): string {
  const outer: Readonly<Record<string, string>> = { fx: 'cx', fy: 'cy', fr: 'r', cx: 'fx', cy: 'fy', r: 'fr' }
  if (!tag.includes(' fr="')) return tag
  return tag.replace(/ (fx|fy|fr|cx|cy|r)="/g, (_, name: string) => ` ${outer[name]}="`)
}

/** Skia counts on over all pictures of a process, and equal pictures are to be equal bytes. */
function renumber(content: string): string {
  const ids = [...content.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)
  const order = new Map([...new Set(ids)].map((id, index) => [id, `:${index}`]))
  return content.replace(
    /( id="|url\(#|href="#)([^")]+)/g,
    (_, before: string, id: string) => before + (order.get(id) ?? id),
  )
}

/** Gives the ids of one drawing a letter of its own, as two may be in one document. */
function renameIds(content: string, letter: string): string {
  return content.replace(/( id="|url\(#|href="#):/g, `$1${letter}`)
}

function embed(width: number, height: number, draw: Draw): string {
  const sheet: Sheet = { width, height, scale: EMBEDDED_SCALE, format: 'png', quality: 1 }
  const png = drawCanvas(sheet, draw).encodeSync('png').toString('base64')
  return `<image width="${width}" height="${height}" xlink:href="data:image/png;base64,${png}"/>`
}

/** Notices whatever SVG cannot hold; the answer says whether there was nothing of it. */
function watch(ctx: SKRSContext2D): () => boolean {
  let writable = true
  const prototype = Object.getPrototypeOf(ctx)
  for (const name of UNWRITABLE) {
    const method = prototype[name]
    if (typeof method !== 'function') continue
    const value = (...values: unknown[]) => {
      writable = false
      return method.apply(ctx, values)
    }
    Object.defineProperty(ctx, name, { value })
  }
  const settings = { ...UNWRITABLE_SETTINGS, shadowColor: ctx.shadowColor }
  for (const [name, usual] of Object.entries(settings)) {
    Object.defineProperty(ctx, name, {
      get: () => Reflect.get(prototype, name, ctx),
      set(value: unknown) {
        if (value !== usual) writable = false
        Reflect.set(prototype, name, value, ctx)
      },
    })
  }
  return () => writable
}
