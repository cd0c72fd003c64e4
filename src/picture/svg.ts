import { createHash } from 'node:crypto'
import { createCanvas, type SKRSContext2D, SvgExportFlag } from '@napi-rs/canvas'
import { checkSheet, drawCanvas, FIRST_FONT, type Sheet } from './draw-canvas.ts'
import { escapeXml } from './escape-xml.ts'
import { registerFonts } from './fonts.ts'
import { createFrame, type Frame } from './frame.ts'
import { prepareSvgContext } from './svg-context.ts'
import { compactPath } from './svg-path.ts'
import { joinThemes } from './svg-themes.ts'

type Draw = (ctx: SKRSContext2D) => void

/** Pixels per CSS pixel for drawings that are embedded because they cannot be written as vectors. */
export const EMBEDDED_SCALE = 2

/**
 * Draws an SVG with text as paths, so that it looks the same everywhere: programs that convert SVGs do not load the fonts
 * that one embeds. With two drawings, the first is for light pages and the second for dark ones, and the reader's own
 * setting chooses; equal drawings are included once. A drawing that SVG cannot express is embedded as a PNG. Names within
 * are derived from the content, so that several SVGs can be inlined in one page.
 */
export function paintSvg(sheet: Sheet, draws: readonly [Draw] | readonly [light: Draw, dark: Draw]): Frame {
  const { width, height, title } = sheet
  checkSheet({ ...sheet, scale: 1 })
  registerFonts()
  const [light, dark = light] = draws.map((draw) => drawSvg(width, height, draw)) as [string, string?]
  const prefix = `i${createHash('sha1').update(light).update(dark).digest('hex').slice(0, 6)}`
  const content = joinThemes(light, dark, prefix).replace(/( id="|url\(#|href="#):/g, `$1${prefix}`)
  const words = title === undefined ? '' : escapeXml(title)
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ' +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"${words && ` aria-label="${words}"`}>` +
    `${words && `<title>${words}</title>`}${content}</svg>\n`
  return createFrame('svg', Buffer.from(svg), width, height)
}

function drawSvg(width: number, height: number, draw: Draw): string {
  const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths)
  const ctx = canvas.getContext('2d')
  ctx.font = FIRST_FONT
  const isWritable = prepareSvgContext(ctx)
  draw(ctx)
  if (!isWritable()) return embed(width, height, draw)
  const content = contentOf(canvas.getContent().toString())
  return renumber(
    content
      .replace(/>\s+</g, '><')
      .trim()
      .replace(/ d="([^"]*)"/g, (_, data: string) => ` d="${compactPath(data)}"`)
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

function embed(width: number, height: number, draw: Draw): string {
  const sheet: Sheet = { width, height, scale: EMBEDDED_SCALE, format: 'png', quality: 1 }
  const png = drawCanvas(sheet, draw).encodeSync('png').toString('base64')
  return `<image width="${width}" height="${height}" xlink:href="data:image/png;base64,${png}"/>`
}
