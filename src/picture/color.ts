import { colord, extend } from 'colord'
import names from 'colord/plugins/names'

/** A colour's red, green, blue (0 to 255) and alpha (0 to 1). */
export type Rgba = [red: number, green: number, blue: number, alpha: number]

/** The expected syntax, for error messages. */
export const COLOR_SYNTAX = 'a colour like ff8800 or tomato'

/** Maximum length of a colour: longer texts are refused without parsing. */
const MAX_LENGTH = 64
const BARE_HEX = /^(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/
const NAME = /^[a-z]+$/

/**
 * The colours of shields.io by name, and their aliases (badge-maker 6.0.0). If CSS has another
 * colour of the same name, that of shields.io is used.
 */
const SHIELDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    brightgreen: '#44bb00',
    green: '#67ac09',
    yellow: '#d8b800',
    yellowgreen: '#95991a',
    orange: '#ea7233',
    red: '#dd4343',
    blue: '#007ec6',
    grey: '#555555',
    gray: '#555555',
    lightgrey: '#939393',
    lightgray: '#939393',
    success: '#44bb00',
    important: '#ea7233',
    critical: '#dd4343',
    informational: '#007ec6',
    inactive: '#939393',
  }),
)

extend([names])

/**
 * Reads a colour in any supported notation: a name of shields.io, 3, 4, 6 or 8 hex digits with or without `#`, a CSS
 * name, `rgb()`, `rgba()`, `hsl()` or `hsla()`, with commas or spaces. Returns a normalised CSS colour, so that every
 * colour has one spelling: a CSS name in lower case, else `#rrggbb`, or `#rrggbbaa` if it is not opaque. Returns
 * undefined for anything else.
 */
export function parseColor(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const words = text.trim().toLowerCase()
  const shields = SHIELDS.get(words)
  if (shields !== undefined) return shields
  const isHex = BARE_HEX.test(words)
  const color = colord(isHex ? `#${words}` : words)
  if (!color.isValid()) return undefined
  return !isHex && NAME.test(words) ? words : color.toHex()
}

/** Returns a colour's red, green, blue and alpha; undefined for an invalid colour. */
export function readColor(color: string): Rgba | undefined {
  const parsed = parseColor(color)
  if (parsed === undefined) return undefined
  const { r, g, b, a } = colord(parsed).toRgb()
  return [r, g, b, a]
}

/** Returns the perceived brightness of a colour, 0 to 1, by the weights of ITU-R BT.601; 0 for an invalid colour. */
export function brightness(color: string): number {
  const [red, green, blue] = readColor(color) ?? [0, 0, 0]
  return (red * 0.299 + green * 0.587 + blue * 0.114) / 255
}

/** Splits a list at its commas, but for those within parentheses, which belong to a colour: `red,rgb(0, 0, 0)`. */
export function splitColors(text: string): string[] {
  const parts: string[] = []
  let [start, depth] = [0, 0]
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    else if (text[at] === ')') depth = Math.max(0, depth - 1)
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}
