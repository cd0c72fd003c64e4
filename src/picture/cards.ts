import { LRUCache } from 'lru-cache'
import { errorCard, placeholderCard } from './card.ts'
import type { Sheet } from './encode.ts'
import type { Frame } from './frame.ts'

/**
 * A card is painted in the process that holds the sockets, at a time when a render process cannot: 6 to 14 ms for so
 * many pixels. A larger one is painted smaller, for the browser to stretch.
 */
const MAX_PIXELS = 640 * 360
/** Strangers choose sizes and captions: both bounds hold. A card has 1 to 30 kB. */
const MAX_CARDS = 64
const MAX_BYTES = 2 ** 20

/** Placeholders and error cards, painted once for all pictures of a size. */
export class Cards {
  readonly #cards = new LRUCache<string, Frame>({
    max: MAX_CARDS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length,
  })

  placeholder(sheet: Sheet): Frame {
    return this.#get('', toCheap(sheet), (cheap) => ({ ...placeholderCard(cheap), isPlaceholder: true }))
  }

  error(sheet: Sheet, caption: string): Frame {
    return this.#get(`!${caption}`, toCheap(sheet), (cheap) => errorCard(cheap, caption))
  }

  #get(name: string, sheet: Sheet, paint: (sheet: Sheet) => Frame): Frame {
    const { format, width, height, scale, device } = sheet
    const id = `${format} ${width} ${height} ${scale} ${JSON.stringify(device)} ${name}`
    const known = this.#cards.get(id)
    if (known) return known
    const card = paint(sheet)
    this.#cards.set(id, card)
    return card
  }
}

function toCheap({ width, height, scale, format, device }: Sheet): Sheet {
  const affordable = Math.sqrt(MAX_PIXELS / (width * height))
  return { width, height, format, device, scale: Math.min(scale, affordable), quality: 90 }
}
