import { Image, loadImage, Path2D, type SKRSContext2D } from '@napi-rs/canvas'
import { findMessage, type Ground, Grounds } from './grounds.ts'
import { type Ink, NOTHING, paintText, withAlpha } from './paint-text.ts'
import { type Attributes, readElements } from './svg-elements.ts'

type Stop = [offset: number, color: string]

interface Paints {
  gradients: Map<string, Stop[]>
  corners: Map<string, number>
  /** The size of the badge. */
  width: number
  height: number
  /** Its logo, if that was decoded before. */
  logo: Image | undefined
}

const SVG_LOGO = /^data:image\/svg\+xml;base64,/
/** A logo as `Logos` writes it: one path in a view box of 24 by 24. */
const BRAND = /viewBox="([\d. ]+)" fill="([^"]+)"><path d="([^"]+)"\/>/
const SIZE = / width="([\d.]+)" height="([\d.]+)"/
/** The only transform of badge-maker's groups and texts. */
const TENTH = 0.1
/** SVG's own, but for the font. */
const FIRST_INK = {
  ...{ fill: '#000', stroke: undefined, opacity: 1, corner: 0 },
  ...{ size: 16, weight: '400', face: 'Inter' },
}

const GROUNDS = new Grounds()

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
  const [width, height] = sizeOf(svg)
  const paints: Paints = { gradients: new Map(), corners: new Map(), width, height, logo }
  const scale = plainScale(ctx)
  const cut = findMessage(svg)
  const ground = scale === undefined ? undefined : toGround(svg, cut, scale, paints)
  ctx.save()
  if (ground && scale) {
    const { canvas, inks } = ground
    ctx.drawImage(canvas, 0, 0, canvas.width / scale, canvas.height / scale)
    paintElements(ctx, svg.slice(cut), inks, paints)
  } else paintElements(ctx, svg, [firstInk(ctx)], paints)
  ctx.restore()
}

/** The scale of a canvas of pixels whose transform only scales; undefined for others, and for SVG. */
function plainScale(ctx: SKRSContext2D): number | undefined {
  if ('getContent' in ctx.canvas) return undefined
  const { a, b, c, d, e, f } = ctx.getTransform()
  return a === d && b === 0 && c === 0 && e === 0 && f === 0 ? a : undefined
}

function firstInk(ctx: SKRSContext2D): Ink {
  return { ...FIRST_INK, pixels: ctx.getTransform().a }
}

function toGround(svg: string, cut: number, scale: number, paints: Paints): Ground | undefined {
  const width = Math.ceil(Math.ceil(paints.width) * scale)
  const height = Math.ceil(Math.ceil(paints.height) * scale)
  return GROUNDS.get(svg, cut, { width, height, scale }, (ctx) =>
    paintElements(ctx, svg.slice(0, cut), [firstInk(ctx)], paints),
  )
}

/**
 * Paints the elements of a badge, or of a part of it.
 * @param begun the inks of the groups that are open where the part begins, the innermost last
 * @returns those of the groups that are open where it ends
 */
function paintElements(ctx: SKRSContext2D, svg: string, begun: readonly Ink[], paints: Paints): Ink[] {
  const inks = [...begun]
  let definition = ''
  for (const { name, attributes, text, opens, closes } of readElements(svg)) {
    const ink = inks.at(-1) as Ink
    if (opens && (name === 'linearGradient' || name === 'clipPath')) definition = attributes.id ?? ''
    else if (closes && (name === 'linearGradient' || name === 'clipPath')) definition = ''
    else if (definition !== '') readDefinition(paints, definition, name, attributes)
    else if (name === 'g' && opens) {
      inks.push(mix(ink, attributes, paints))
      if (attributes.transform) shrink(ctx)
    } else if (name === 'g' && closes) {
      inks.pop()
      if (ink.pixels !== inks.at(-1)?.pixels) ctx.restore()
    } else if (opens) paint(ctx, name, attributes, text, mix(ink, attributes, paints), paints)
  }
  return inks
}

function sizeOf(svg: string): [width: number, height: number] {
  const [, width, height] = SIZE.exec(svg) ?? []
  return [Number(width), Number(height)]
}

function readDefinition({ gradients, corners }: Paints, id: string, name: string, of: Attributes): void {
  if (name === 'rect') corners.set(id, Number(of.rx ?? 0))
  if (name !== 'stop') return
  const stops = gradients.get(id) ?? []
  stops.push([Number(of.offset), withAlpha(of['stop-color'] ?? '#000', Number(of['stop-opacity'] ?? 1))])
  gradients.set(id, stops)
}

function mix(ink: Ink, of: Attributes, { corners }: Paints): Ink {
  const face = of['font-family']
  return {
    fill: of.fill ?? ink.fill,
    stroke: of.stroke === 'none' ? undefined : (of.stroke ?? ink.stroke),
    opacity: of['fill-opacity'] === undefined ? ink.opacity : Number(of['fill-opacity']),
    size: of['font-size'] === undefined ? ink.size : Number.parseFloat(of['font-size']),
    weight: of['font-weight']?.replace('bold', '700') ?? ink.weight,
    face: face === undefined ? ink.face : face.startsWith('Verdana') ? 'DejaVu Sans' : 'Inter',
    pixels: of.transform ? ink.pixels * TENTH : ink.pixels,
    corner: corners.get(toId(of['clip-path'])) ?? ink.corner,
  }
}

/** Starts the only transform of badge-maker's groups and texts. */
function shrink(ctx: SKRSContext2D): void {
  ctx.save()
  ctx.scale(TENTH, TENTH)
}

/** Each kind sets all that it paints with: a `save` and a `restore` around each element take a fifth of a badge's drawing. */
function paint(
  ctx: SKRSContext2D,
  name: string,
  of: Attributes,
  text: string,
  ink: Ink,
  paints: Paints,
): void {
  if (name === 'rect') paintBox(ctx, of, ink, paints)
  else if (name === 'path') paintPath(ctx, new Path2D(of.d ?? ''), ink)
  else if (name === 'image') paintLogo(ctx, of, paints.logo)
  else if (name === 'text') {
    if (of.transform) shrink(ctx)
    paintText(ctx, of, text, ink)
    if (of.transform) ctx.restore()
  }
}

function paintBox(ctx: SKRSContext2D, of: Attributes, ink: Ink, paints: Paints): void {
  const [x, y, width, height] = [of.x, of.y, of.width, of.height].map((side) => Number(side ?? 0)) as Four
  if (ink.fill === NOTHING || width === 0) return
  const stops = paints.gradients.get(toId(ink.fill))
  ctx.fillStyle = stops ? toGradient(ctx, y, height, stops) : ink.fill
  const { corner } = ink
  if (of.rx === undefined && corner === 0 && ink.stroke === undefined)
    return ctx.fillRect(x, y, width, height)
  const box = new Path2D()
  // Boxes with the corners of the badge: a clip takes as long as all of them.
  const [left, right] = [x <= 0 ? corner : 0, x + width >= paints.width ? corner : 0]
  box.roundRect(x, y, width, height, of.rx === undefined ? [left, right, right, left] : Number(of.rx))
  ctx.fill(box)
  paintEdge(ctx, box, ink)
}

function toGradient(
  ctx: SKRSContext2D,
  y: number,
  height: number,
  stops: Stop[],
): ReturnType<SKRSContext2D['createLinearGradient']> {
  const gradient = ctx.createLinearGradient(0, y, 0, y + height)
  for (const [offset, color] of stops) gradient.addColorStop(offset, color)
  return gradient
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
    ctx.save()
    ctx.translate(x + (width - wide * scale) / 2, y + (height - high * scale) / 2)
    ctx.scale(scale, scale)
    ctx.translate(-left, -top)
    ctx.fillStyle = brand.fill
    ctx.fill(new Path2D(brand.path))
    return ctx.restore()
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
