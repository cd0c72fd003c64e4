import { findMissing } from './missing-scripts.ts'
import { isMissing } from './text.ts'

/** A flag, a keycap, or an emoji of one or more parts. */
const EMOJI =
  /\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}(?:[\ufe0f\p{Emoji_Modifier}\u{e0020}-\u{e007f}]|\u200d\p{Extended_Pictographic})*/gu
/** Signs of older fonts with the same meaning. */
const SIGNS: Readonly<Record<string, string>> = {
  '✅': '✓',
  '✔': '✓',
  '☑': '✓',
  '❌': '✗',
  '✖': '✗',
  '❎': '✗',
  '⚠': '⚠',
  '⭐': '★',
  '❤': '♥',
}
const BOX = '□'
/** Characters that change the direction of the text after them, also of other texts on the same line (UAX #9). */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g

/**
 * Makes a text fit for one line of a picture: an emoji that no font of the machine has becomes a sign of the same meaning,
 * the digit of a keycap, or one box, so that no character is dropped silently. Changes of direction are removed, and any
 * white space is one space.
 */
export function toDrawable(text: string): string {
  findMissing(text)
  return withoutDirections(text)
    .replace(EMOJI, (emoji) => (isMissing(emoji) ? toSign(emoji) : emoji))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Removes the characters with which a text could reverse the letters of others. */
export function withoutDirections(text: string): string {
  return text.replace(DIRECTIONS, '')
}

function toSign(emoji: string): string {
  if (emoji.includes('\u20e3')) return emoji.charAt(0)
  const sign = SIGNS[emoji.replace('\ufe0f', '')]
  return sign !== undefined && !isMissing(sign) ? sign : BOX
}
