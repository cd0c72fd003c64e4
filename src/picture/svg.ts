import { createCanvas, type SKRSContext2D, SvgExportFlag } from '@napi-rs/canvas'
import { checkSheet, drawCanvas, type Sheet } from './draw-canvas.ts'
import { registerFonts } from './fonts.ts'
import { createFrame, type Frame } from './frame.ts'

type Draw = (ctx: SKRSContext2D) => void

/** Context settings that Skia's SVG does not support: it would ignore them and draw a different picture. */
const UNWRITABLE: ReadonlySet<string> = new Set(
  'clearRect putImageData createConicGradient createPattern drawCanvas'.split(' '),
)
const UNWRITABLE_SETTINGS = { globalCompositeOperation: 'source-over', filter: 'none' }
/** Pixels per CSS pixel for drawings that are embedded because they cannot be written as vectors. */
export const EMBEDDED_SCALE = 2
/** Decimals are cut to a thousandth of a pixel. */
const LONG_NUMBER = /(\.\d{3})\d+/g

/**
 * Draws an SVG with text as paths, so that it looks the same everywhere. With two drawings, the first is for light pages
 * and the second for dark ones, and the reader's own setting chooses; equal drawings are included once. A drawing that
 * SVG cannot express is embedded as a PNG.
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
  const content = contentOf(canvas.getContent().toString())
  return renumber(
    content
      .replace(/>\s+</g, '><')
      .trim()
      .replace(/ d="[^"]*"/g, (path) => path.replace(LONG_NUMBER, '$1'))
      .replace(/<path[^<>]*>/g, (path) => (path.includes(' d=""') ? '' : path))
      .replace(/<radialGradient [^<>]*>/g, swapCircles),
  )
}

/** Returns the content of an SVG element. An empty drawing has a single tag. */
function contentOf(svg: string): string {
  const start = svg.indexOf('>', svg.indexOf('<svg')) + 1
  return svg[start - 2] === '/' ? '' : svg.slice(start, svg.lastIndexOf('</svg>'))
}

/** Swaps a gradient's circles: Skia writes the first one where SVG expects the last, and vice versa. */
function swapCircles(tag: string): string {
  const outer: Readonly<Record<string, string>> = { fx: 'cx', fy: 'cy', fr: 'r', cx: 'fx', cy: 'fy', r: 'fr' }
  if (!tag.includes(' fr="')) return tag
  return tag.replace(/ (fx|fy|fr|cx|cy|r)="/g, (_, name: string) => ` ${outer[name]}="`)
}

/** Renumbers ids: Skia counts on across all pictures of a process, but equal pictures must have equal bytes. */
function renumber(content: string): string {
  const ids = [...content.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)
  const order = new Map([...new Set(ids)].map((id, index) => [id, `:${index}`]))
  return content.replace(
    /( id="|url\(#|href="#)([^")]+)/g,
    (_, before: string, id: string) => before + (order.get(id) ?? id),
  )
}

/** Prefixes the ids of a drawing, because a document may contain two drawings. */
function renameIds(content: string, letter: string): string {
  return content.replace(/( id="|url\(#|href="#):/g, `$1${letter}`)
}

function embed(width: number, height: number, draw: Draw): string {
  const sheet: Sheet = { width, height, scale: EMBEDDED_SCALE, format: 'png', quality: 1 }
  const png = drawCanvas(sheet, draw).encodeSync('png').toString('base64')
  return `<image width="${width}" height="${height}" xlink:href="data:image/png;base64,${png}"/>`
}

/** Watches for calls that SVG does not support. Returns a function that reports whether there were none. */
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
  for (const [name, initial] of Object.entries(settings)) {
    Object.defineProperty(ctx, name, {
      get: () => Reflect.get(prototype, name, ctx),
      set(value: unknown) {
        if (value !== initial) writable = false
        Reflect.set(prototype, name, value, ctx)
      },
    })
  }
  return () => writable
}
