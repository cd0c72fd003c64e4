import { loadImage } from '@napi-rs/canvas'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import { TokenBuckets } from '../system/token-buckets.ts'
import { paint, type Sheet } from './encode.ts'
import { registerFonts } from './fonts.ts'
import { createFrame, type Frame } from './frame.ts'
import { drawStaleSign, SIGN, staleSignSvg, WORDS } from './stale-sign.ts'

/** The encoding of a picture, as its look asks for it. */
export type MarkedSheet = Pick<Sheet, 'scale' | 'quality' | 'background' | 'device'>

/** The most device pixels that are painted again: they take 10 to 30 ms. Larger pictures are marked in a smaller size. */
const MAX_PIXELS = 640 * 400
/** The most that are decoded at all, in another thread: 16 MB of memory. */
const MAX_DECODED_PIXELS = 4_000_000
/** Milliseconds of painting: a hundredth of the time, after a burst for the pictures of a page. */
const PAINTING = { perSecond: 10, burst: 1_000 }
const MAX_BYTES = 4 * 2 ** 20
/** CSS pixels between the mark and the corner. */
const MARGIN = 2
/** The mark has words only on pictures of at least this many times its area, since it covers what is below. */
const LEAST_AREA = 16

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** Writes an age for people: "12 s old" is "10 s old", so that few pictures are painted. */
export function formatAge(age: number): string {
  const seconds = Math.max(1, Math.floor(age / 1000))
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? UNITS[3]
  const count = Math.floor(seconds / size)
  const shown = unit === 's' && count > 10 ? count - (count % 10) : count
  return `${shown} ${unit} old`
}

/**
 * Marks finished pictures that are not current with their age. Each is painted once for each age; strangers can have no
 * more than a bounded amount of it painted, and what is beyond stays as it is.
 */
export class AgeMarks {
  readonly #marked = new LRUCache<string, Frame>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => Math.max(1, bytes.length),
  })
  /** One picture at a time: each is up to 16 MB when it is decoded, and is paid for only then. */
  readonly #inTurn = pLimit(1)
  readonly #painting: TokenBuckets
  readonly #now: () => number

  /** @param now milliseconds of any clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#painting = new TokenBuckets(PAINTING, now)
  }

  /** Returns the picture with its age in milliseconds. Never rejects. */
  async add(frame: Frame, sheet: MarkedSheet, age: number): Promise<Frame> {
    const text = formatAge(age)
    const id = `${frame.etag} ${text}`
    return this.#inTurn(async () => {
      const known = this.#marked.get(id)
      if (known) return known
      const marked = await this.#mark(frame, sheet, text).catch(() => frame)
      if (marked !== frame) this.#marked.set(id, marked)
      return marked
    })
  }

  async #mark(frame: Frame, sheet: MarkedSheet, text: string): Promise<Frame> {
    const place = placeOf(frame)
    if (!place || !this.#painting.has('')) return frame
    if (frame.format === 'svg') return markSvg(frame, place, text)
    const { width, height, format } = frame
    const { scale } = sheet
    if (width * height * scale ** 2 > MAX_DECODED_PIXELS) return frame
    const image = await loadImage(frame.bytes)
    const shown = Math.min(scale, Math.sqrt(MAX_PIXELS / (width * height)))
    // A small device shows a picture only in its own size.
    if (sheet.device && shown < scale) return frame
    // Loading them takes long, once, and is no stranger's doing.
    registerFonts()
    const from = this.#now()
    const device =
      sheet.device &&
      ({ ...sheet.device, rotate: 0, invert: false, dither: 'none', palette: undefined } as const)
    const marked = paint({ ...sheet, device, width, height, format, scale: shown }, (ctx) => {
      ctx.drawImage(image, 0, 0, width, height)
      ctx.translate(place.x, place.y)
      drawStaleSign(ctx, place.size, text)
    })
    this.#painting.spend('', this.#now() - from)
    return marked
  }
}

interface Place {
  x: number
  y: number
  size: typeof SIGN
}

function placeOf({ width, height }: Frame): Place | undefined {
  const size = [WORDS, SIGN].find(
    (each) =>
      each.width + MARGIN <= width &&
      each.height + MARGIN <= height &&
      (each === SIGN || each.width * each.height * LEAST_AREA <= width * height),
  )
  return size && { x: width - size.width - MARGIN, y: height - size.height - MARGIN, size }
}

function markSvg({ bytes, width, height }: Frame, { x, y, size }: Place, text: string): Frame {
  const svg = bytes
    .toString()
    .replace(/<\/title>/, ` (${text})</title>`)
    .replace(/ aria-label="[^"]*/, (label) => `${label} (${text})`)
  const end = svg.lastIndexOf('</svg>')
  const marked = `${svg.slice(0, end)}${staleSignSvg(x, y, size, text)}${svg.slice(end)}`
  return createFrame('svg', Buffer.from(marked), width, height)
}
