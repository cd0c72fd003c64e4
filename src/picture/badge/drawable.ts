import { isMissing } from '../text.ts'

/** A flag, a keycap, or an emoji of one or more parts. */
const EMOJI =
  /\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}(?:[\ufe0f\p{Emoji_Modifier}]|\u200d\p{Extended_Pictographic})*/gu
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

/**
 * Replaces each emoji that no font of the machine has by a sign of the same meaning, the digit of a keycap, or one box:
 * a badge never drops a character silently.
 */
export function toDrawable(text: string): string {
  return text.replace(EMOJI, (emoji) => (isMissing(emoji) ? toSign(emoji) : emoji))
}

function toSign(emoji: string): string {
  if (emoji.includes('\u20e3')) return emoji.charAt(0)
  const sign = SIGNS[emoji.replace('\ufe0f', '')]
  return sign !== undefined && !isMissing(sign) ? sign : BOX
}
