import { LRUCache } from 'lru-cache'

/** The attributes of an element, without their entities. */
export type Attributes = Readonly<Record<string, string>>

/** A tag of an SVG: it opens an element, closes it, or both. */
export interface SvgElement {
  name: string
  attributes: Attributes
  /** The text that follows its tag. */
  text: string
  opens: boolean
  closes: boolean
}

const TAG = /<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>([^<]*)/g
const ATTRIBUTE = /\s([\w:-]+)="([^"]*)"/g
/** Attributes by their text: most elements of a badge are equal in all badges. */
const RECENT = new LRUCache<string, Attributes>({
  max: 500,
  maxEntrySize: 1_000,
  maxSize: 200_000,
  sizeCalculation: (_, text) => text.length + 1,
})
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Reads the tags of an SVG that badge-maker wrote, in order. It does not support other SVGs. */
export function* readElements(svg: string): Generator<SvgElement> {
  for (const [, slash, name = '', words = '', end, text = ''] of svg.matchAll(TAG)) {
    yield {
      name,
      attributes: readAttributes(words),
      text: decode(text),
      opens: slash === '',
      closes: slash !== '' || end !== '',
    }
  }
}

function readAttributes(words: string): Attributes {
  const recent = RECENT.get(words)
  if (recent) return recent
  const attributes: Record<string, string> = {}
  for (const [, key = '', value = ''] of words.matchAll(ATTRIBUTE)) attributes[key] = decode(value)
  RECENT.set(words, attributes)
  return attributes
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] as string)
}
