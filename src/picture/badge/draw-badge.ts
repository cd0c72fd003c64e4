import { Image, loadImage, Path2D, type SKRSContext2D } from '@napi-rs/canvas'
import { LRUCache } from 'lru-cache'
import { parseColor } from '../color.ts'
import { toDrawable } from '../drawable.ts'
import { type Attributes, readElements } from './svg-elements.ts'

/** The attributes that elements inherit from their group. */
interface Ink {
  fill: string
  stroke: string | undefined
  opacity: number
  size: number
  weight: string
  face: string
}

interface Paints {
  gradients: Map<string, [offset: number, color: string][]>
  corners: Map<string, number>
}

const NOTHING = 'rgba(0,0,0,0)'
const SVG_LOGO = /^data:image\/svg\+xml;base64,/
/** A logo as `Logos` writes it: one path in a view box of 24 by 24. */
const BRAND = /viewBox="([\d. ]+)" fill="([^"]+)"><path d="([^"]+)"\/>/
/** Scripts whose letters are joined or reordered: their text is scaled in width instead of spaced. */
const JOINED = /[\u0590-\u109f\u1780-\u18af\ufb1d-\ufdff\ufe70-\ufeff]/
/** The deviation of the blurred shadow of a text, in the units of its group: badge-maker's only filter. */
const DEVIATION = 16

/** The texts that were measured last: a shadow comes before its text, in the same font. */
const MEASURED = new LRUCache<string, { words: string; natural: number }>({ max: 8 })

/**
 * Decodes the logo of a badge ahead of its drawing, where it is not drawn as a path; undefined for what cannot be decoded.
 * A logo that is given to `drawBadge` is not decoded again.
 */
export async function loadLogo(logo: string | undefined): Promise<Image | undefined> {
  if (!logo?.startsWith('data:') || toBrand(logo)) return undefined
  // The data come from the client: a damaged picture is its fault, and no failure of the widget.
  return loadImage(Buffer.from(logo.slice(logo.indexOf(',') + 1), 'base64')).catch(() => undefined)
}

/**
 * Draws a badge from its SVG: every box, line and gradient is at badge-maker's position, and every text has the width in
 * the SVG. Verdana is replaced by DejaVu Sans, its relative, and Helvetica by Inter: both are bundled.
 */
export function drawBadge(ctx: SKRSContext2D, svg: string, logo?: Image): void {
  const paints: Paints = { gradients: new Map(), corners: new Map() }
  const inks: Ink[] = [
    { fill: '#000', stroke: undefined, opacity: 1, size: 16, weight: '400', face: 'Inter' },
  ]
  let definition = ''
  for (const { name, attributes, text, opens, closes } of readElements(svg)) {
    const ink = inks.at(-1) as Ink
    if (opens && (name === 'linearGradient' || name === 'clipPath')) definition = attributes.id ?? ''
    else if (closes && (name === 'linearGradient' || name === 'clipPath')) definition = ''
    else if (definition !== '') readDefinition(paints, definition, name, attributes)
    else if (name === 'g' && opens) {
      ctx.save()
      inks.push(mix(ink, attributes))
      clip(ctx, svg, attributes, paints)
    } else if (name === 'g' && closes) {
      ctx.restore()
      inks.pop()
    } else if (opens) paint(ctx, name, attributes, text, mix(ink, attributes), paints, logo)
  }
}

function readDefinition({ gradients, corners }: Paints, id: string, name: string, of: Attributes): void {
  if (name === 'rect') corners.set(id, Number(of.rx ?? 0))
  if (name !== 'stop') return
  const stops = gradients.get(id) ?? []
  stops.push([Number(of.offset), withAlpha(of['stop-color'] ?? '#000', Number(of['stop-opacity'] ?? 1))])
  gradients.set(id, stops)
}

function mix(ink: Ink, of: Attributes): Ink {
  const face = of['font-family']
  return {
    fill: of.fill ?? ink.fill,
    stroke: of.stroke === 'none' ? undefined : (of.stroke ?? ink.stroke),
    opacity: of['fill-opacity'] === undefined ? ink.opacity : Number(of['fill-opacity']),
    size: of['font-size'] === undefined ? ink.size : Number.parseFloat(of['font-size']),
    weight: of['font-weight']?.replace('bold', '700') ?? ink.weight,
    face: face === undefined ? ink.face : face.startsWith('Verdana') ? 'DejaVu Sans' : 'Inter',
  }
}

function clip(ctx: SKRSContext2D, svg: string, of: Attributes, { corners }: Paints): void {
  if (of.transform) ctx.scale(0.1, 0.1)
  const corner = corners.get(toId(of['clip-path']))
  if (corner === undefined) return
  const [, width, height] = / width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? []
  ctx.beginPath()
  ctx.roundRect(0, 0, Number(width), Number(height), corner)
  ctx.clip()
}

function paint(
  ctx: SKRSContext2D,
  name: string,
  of: Attributes,
  text: string,
  ink: Ink,
  paints: Paints,
  logo: Image | undefined,
): void {
  ctx.save()
  if (name === 'rect') paintBox(ctx, of, ink, paints)
  if (name === 'path') paintPath(ctx, new Path2D(of.d ?? ''), ink)
  if (name === 'image') paintLogo(ctx, of, logo)
  if (name === 'text') paintText(ctx, of, text, ink)
  ctx.restore()
}

function paintBox(ctx: SKRSContext2D, of: Attributes, ink: Ink, { gradients }: Paints): void {
  const [x, y, width, height] = [of.x, of.y, of.width, of.height].map((side) => Number(side ?? 0)) as Four
  if (ink.fill === NOTHING || width === 0) return
  const box = new Path2D()
  box.roundRect(x, y, width, height, Number(of.rx ?? 0))
  const stops = gradients.get(toId(ink.fill))
  if (!stops) return paintPath(ctx, box, ink)
  const gradient = ctx.createLinearGradient(0, y, 0, y + height)
  for (const [offset, color] of stops) gradient.addColorStop(offset, color)
  ctx.fillStyle = gradient
  ctx.fill(box)
  paintEdge(ctx, box, ink)
}

type Four = [number, number, number, number]

function paintPath(ctx: SKRSContext2D, path: Path2D, ink: Ink): void {
  ctx.fillStyle = ink.fill
  ctx.fill(path)
  paintEdge(ctx, path, ink)
}

function paintEdge(ctx: SKRSContext2D, path: Path2D, { stroke }: Ink): void {
  if (stroke === undefined) return
  ctx.strokeStyle = stroke
  ctx.stroke(path)
}

function paintLogo(ctx: SKRSContext2D, of: Attributes, logo: Image | undefined): void {
  const [x, y, width, height] = [of.x, of.y, of.width, of.height].map(Number) as Four
  const brand = toBrand(of.href ?? '')
  if (brand) {
    const [left = 0, top = 0, wide = 24, high = 24] = brand.box
    const scale = Math.min(width / wide, height / high)
    ctx.translate(x + (width - wide * scale) / 2, y + (height - high * scale) / 2)
    ctx.scale(scale, scale)
    ctx.translate(-left, -top)
    ctx.fillStyle = brand.fill
    return ctx.fill(new Path2D(brand.path))
  }
  const image = logo ?? decodeLogo(of.href ?? '')
  if (!image) return
  // As in SVG, a picture keeps its proportions and is centred.
  const size = Math.min(width / image.width, height / image.height)
  const [w, h] = [image.width * size, image.height * size]
  ctx.drawImage(image, x + (width - w) / 2, y + (height - h) / 2, w, h)
}

/** Logos have at most 1024 pixels a side. */
function decodeLogo(logo: string): Image | undefined {
  if (!logo.startsWith('data:')) return undefined
  const image = new Image()
  // Strangers choose the data: a damaged picture is theirs, and no failure of the widget.
  image.onerror = () => {}
  image.src = Buffer.from(logo.slice(logo.indexOf(',') + 1), 'base64')
  return image.width > 0 && image.height > 0 ? image : undefined
}

function paintText(ctx: SKRSContext2D, of: Attributes, text: string, ink: Ink): void {
  if (of.transform) ctx.scale(0.1, 0.1)
  ctx.fillStyle = withAlpha(ink.fill, ink.opacity)
  ctx.font = `${ink.weight} ${ink.size}px ${ink.face}`
  ctx.letterSpacing = '0px'
  const { words, natural } = measure(ctx, text)
  const width = Number(of.textLength)
  const gaps = [...words].length - 1
  const left = Number(of.x) - width / 2
  const y = Number(of.y)
  const isJoined = JOINED.test(words) && natural > 0
  if (isJoined) ctx.scale(width / natural, 1)
  else if (gaps > 0) ctx.letterSpacing = `${(width - natural) / gaps}px`
  const stretch = isJoined ? width / natural : 1
  const start = isJoined || gaps > 0 ? left : Number(of.x) - natural / 2
  if (!of.filter) return ctx.fillText(words, start / stretch, y)
  // The shadow alone, of a text outside the canvas: a filter takes twice as long.
  const aside = ctx.canvas.width * 2
  const { a: pixels } = ctx.getTransform()
  ctx.shadowColor = ctx.fillStyle as string
  ctx.fillStyle = '#000'
  // In device pixels, whatever the transform (HTML, section 4.12.5.1.18), and twice the deviation.
  ctx.shadowBlur = 2 * DEVIATION * (pixels / stretch)
  ctx.shadowOffsetX = aside
  ctx.fillText(words, start / stretch - aside / pixels, y)
}

function measure(ctx: SKRSContext2D, text: string): { words: string; natural: number } {
  const id = `${ctx.font} ${text}`
  const recent = MEASURED.get(id)
  if (recent) return recent
  const words = toDrawable(text)
  const measured = { words, natural: ctx.measureText(words).width }
  MEASURED.set(id, measured)
  return measured
}

function toBrand(logo: string): { box: number[]; fill: string; path: string } | undefined {
  if (!SVG_LOGO.test(logo)) return undefined
  const svg = Buffer.from(logo.replace(SVG_LOGO, ''), 'base64').toString()
  const [, box, fill, path] = BRAND.exec(svg) ?? []
  if (box === undefined || fill === undefined || path === undefined) return undefined
  return { box: box.split(' ').map(Number), fill, path }
}

function toId(reference = ''): string {
  return /^url\(#(\w+)\)$/.exec(reference)?.[1] ?? ''
}

function withAlpha(color: string, opacity: number): string {
  const parsed = parseColor(color) ?? color
  if (opacity >= 1 || !/^#\w{6}$/.test(parsed)) return parsed
  return `${parsed}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`
}
