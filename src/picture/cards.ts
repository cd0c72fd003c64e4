import { LRUCache } from 'lru-cache'
import { TokenBuckets } from '../system/token-buckets.ts'
import { errorCard, placeholderCard, roomyCardSize } from './card.ts'
import type { Sheet } from './encode.ts'
import { addFonts, registerFonts } from './fonts.ts'
import type { Format, Frame } from './frame.ts'

/**
 * Cards are painted in the process that holds the sockets, when a render process cannot: this number of pixels takes 6 to
 * 14 ms. A larger card is painted smaller, and the browser scales it up.
 */
const MAX_PIXELS = 640 * 360
/** Strangers choose sizes: both bounds hold. A card has 1 to 30 kB. */
const MAX_CARDS = 512
const MAX_BYTES = 4 * 2 ** 20
/**
 * Milliseconds of painting, for placeholders and for error cards each: 2.5 % of the time, after a burst that is enough for
 * a page of new pictures. Captions are a small finite set, but sizes are not.
 */
const PAINTING = { perSecond: 25, burst: 300 }
/** The size of the card that is painted once a format, and replaces all cards that there is no time to paint. */
const PLAIN_SIDE = 32

/** A picture that a card replaces. */
export interface CardPlace {
  format: Format
  width: number
  height: number
  /** @default 1 */
  scale?: number
  /** The page it is for. @default 'auto' */
  theme?: Sheet['theme']
}

/** The size of a card in place of a picture that does not exist. */
export const NO_PICTURE: CardPlace = { format: 'png', width: 160, height: 40 }

/**
 * Placeholders and error cards, painted once for all pictures of a size. The painting that strangers can cause is bounded:
 * once that time is used up, a plain small card is returned instead.
 */
export class Cards {
  readonly #cards = new LRUCache<string, Frame>({
    max: MAX_CARDS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length,
  })
  readonly #plain = new Map<string, Frame>()
  readonly #painting: TokenBuckets
  readonly #now: () => number

  /**
   * @param now milliseconds of any clock.
   * @param fonts folders of fonts: the texts of cards may be in any script.
   */
  constructor(now: () => number = () => performance.now(), fonts: readonly string[] = []) {
    addFonts(fonts)
    this.#now = now
    this.#painting = new TokenBuckets(PAINTING, now)
  }

  placeholder(sheet: Sheet): Frame {
    return this.#get(idOf('', sheet), { paint: paintPlaceholder, toSheet: () => sheet }, sheet.format)
  }

  /**
   * An error card of the size of `place`.
   * @param shown the frame whose size it has in place of that. @default none
   */
  error(place: Sheet, caption: string, shown?: Frame): Frame {
    const sheet = shown ? { ...place, width: shown.width, height: shown.height } : place
    const paint = (cheap: Sheet) => errorCard(cheap, caption)
    return this.#get(idOf(`!${caption}`, sheet), { paint, toSheet: () => sheet }, sheet.format)
  }

  /** An error card large enough for its caption to be read. */
  readableError(place: CardPlace, caption: string): Frame {
    const { format, theme } = place
    // Whole ones, so that few cards are painted.
    const scale = Math.ceil(place.scale ?? 1)
    const toSheet = () => ({ ...roomyCardSize(caption, place), format, scale, theme, quality: 90 })
    const paint = (cheap: Sheet) => errorCard(cheap, caption)
    return this.#get(idOf(`?${caption}`, { ...place, scale }), { paint, toSheet }, format)
  }

  #get(id: string, { paint, toSheet }: CardRecipe, format: Format): Frame {
    const known = this.#cards.get(id)
    if (known) return known
    const isPlaceholder = paint === paintPlaceholder
    // Apart, so that wrong URLs cost no one the placeholder of the right size that a page is laid out by.
    const kind = isPlaceholder ? 'placeholder' : 'error'
    if (!this.#painting.has(kind)) return this.#getPlain(format, isPlaceholder)
    // Loading them takes long, once, and is no stranger's doing.
    registerFonts()
    const from = this.#now()
    const card = paint(toCheap(toSheet()))
    this.#painting.spend(kind, this.#now() - from)
    this.#cards.set(id, card)
    return card
  }

  #getPlain(format: Format, isPlaceholder: boolean): Frame {
    const id = `${format} ${isPlaceholder}`
    const known = this.#plain.get(id)
    if (known) return known
    const sheet = { width: PLAIN_SIDE, height: PLAIN_SIDE, format, scale: 1, quality: 90 }
    const card = isPlaceholder ? paintPlaceholder(sheet) : errorCard(sheet, '!')
    this.#plain.set(id, card)
    return card
  }
}

/** How a card is made, if there is time for it. */
interface CardRecipe {
  paint(sheet: Sheet): Frame
  toSheet(): Sheet
}

function paintPlaceholder(sheet: Sheet): Frame {
  return { ...placeholderCard(sheet), isPlaceholder: true }
}

function idOf(
  name: string,
  { format, width, height, scale, device, theme = 'auto' }: CardPlace & Pick<Sheet, 'scale' | 'device'>,
): string {
  return `${format} ${width} ${height} ${scale} ${JSON.stringify(device)} ${theme} ${name}`
}

function toCheap({ width, height, scale, format, device, theme }: Sheet): Sheet {
  const affordable = Math.sqrt(MAX_PIXELS / (width * height))
  return { width, height, format, device, theme, scale: Math.min(scale, affordable), quality: 90 }
}
