/** The longest text, in characters: a screen reader reads it in about half a minute. */
const MAX_LENGTH = 400
const MAX_VALUES = 8
/** Colours and other commands of a terminal, whole (ECMA-48, section 5.4). */
const SEQUENCE = /\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*\p{Cc}?)/gu
/** Control characters, and those that change the direction of a text that follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu

/** Makes any text one line of words, safe for a terminal; a long one is cut. */
export function toAlt(text: string): string {
  const line = text
    .slice(0, MAX_LENGTH * 8)
    .replace(/[\s\u2028\u2029]+/g, ' ')
    .replace(SEQUENCE, '')
    .replace(UNPRINTABLE, '')
    .trim()
  const letters = [...line]
  return letters.length > MAX_LENGTH ? `${letters.slice(0, MAX_LENGTH - 1).join('')}…` : line
}

/**
 * Describes a picture whose widget has no `alt`: its title, and the numbers and short texts of its `.json`; without any,
 * its room.
 */
export function defaultAlt(title: string, room: string, json?: unknown): string {
  if (isWord(json)) return toAlt(`${title}: ${json}`)
  const values = isRecord(json) ? Object.entries(json) : []
  if (isRecord(json) && typeof json.alt === 'string') return toAlt(json.alt)
  const words = values.flatMap(([name, value]) =>
    isWord(value) && name !== 'room' && name !== 'key' ? `${toWords(name)} ${value}` : [],
  )
  return toAlt(words.length > 0 ? `${title}: ${words.slice(0, MAX_VALUES).join(', ')}` : `${title}, ${room}`)
}

/** `peakToday` as `peak today`. */
function toWords(name: string): string {
  return name.replace(
    /(\p{Ll})(\p{Lu})/gu,
    (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  )
}

function isWord(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
