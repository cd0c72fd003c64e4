import { errorCard, placeholderCard } from './card.ts'
import type { Sheet } from './encode.ts'
import type { Frame } from './frame.ts'

/**
 * A card is painted in the process that holds the sockets, at a time when a render process cannot: 6 to 14 ms for so
 * many pixels. A larger one is painted smaller, for the browser to stretch.
 */
const MOST_PIXELS = 640 * 360
const KEPT = 64

/** Placeholders and error cards, painted once for all pictures of a size. */
export class Cards {
  readonly #cards = new Map<string, Frame>()

  placeholder(sheet: Sheet): Frame {
    return this.#get('', toCheap(sheet), (cheap) => ({ ...placeholderCard(cheap), isPlaceholder: true }))
  }

  error(sheet: Sheet, caption: string): Frame {
    return this.#get(`!${caption}`, toCheap(sheet), (cheap) => errorCard(cheap, caption))
  }

  #get(name: string, sheet: Sheet, paint: (sheet: Sheet) => Frame): Frame {
    const { format, width, height, scale } = sheet
    const id = `${format} ${width} ${height} ${scale} ${name}`
    const card = this.#cards.get(id) ?? paint(sheet)
    // Written anew each time: a Map keeps the order of insertion, so the first entry is the longest unused.
    this.#cards.delete(id)
    this.#cards.set(id, card)
    const [oldest] = this.#cards.keys()
    if (this.#cards.size > KEPT && oldest !== undefined) this.#cards.delete(oldest)
    return card
  }
}

function toCheap({ width, height, scale, format }: Sheet): Sheet {
  const affordable = Math.sqrt(MOST_PIXELS / (width * height))
  return { width, height, format, scale: Math.min(scale, affordable), quality: 90 }
}
