import * as z from 'zod'
import { quote } from '../errors.ts'
import { colorOfWord } from '../picture/badge/level.ts'
import { COLOR_SYNTAX, parseColor, splitColors } from '../picture/color.ts'
import { expected } from '../schema/expected.ts'

/** Colours, and words to show instead, by value: `brightgreen`, or `red:failing`. */
export type ValueMap = Readonly<Record<string, string>>

const MAX_VALUES = 50
const MAX_TEXT_LENGTH = 2_000
const EXAMPLE = 'success=brightgreen,failure=red:failing'

const error = expected(`values and their colours like ${EXAMPLE}`)

/** A map as an object, or as text like `success=brightgreen,failure=red:failing`. Returns an object. */
export const mapField = z
  .preprocess(
    (given) => (typeof given === 'string' ? readText(given) : given),
    z.record(z.string().max(100), z.string(error).max(MAX_TEXT_LENGTH), error).superRefine((map, context) => {
      const entries = Object.entries(map)
      if (entries.length > MAX_VALUES)
        context.addIssue({
          code: 'custom',
          message: `expected at most ${MAX_VALUES} values, got ${entries.length}`,
        })
      for (const [value, shown] of entries) {
        const { color } = readShown(shown)
        if (parseColor(color) !== undefined) continue
        const message = `expected ${COLOR_SYNTAX} for ${quote(value)}, got ${quote(color)}`
        context.addIssue({ code: 'custom', message })
      }
    }),
  )
  .meta({
    // JSON Schema has no word for a text that is read first.
    type: ['string', 'object'],
    description: `Colours by value, and words to show instead after a colon; or one text, like ${EXAMPLE}.`,
  })

/** The colour of a value and the words that are shown for it; by default those of pass and fail words. */
export function mapValue(value: string, map: ValueMap = {}): { color?: string; message: string } {
  const known = Object.keys(map).find((name) => name.toLowerCase() === value.trim().toLowerCase())
  if (known !== undefined) {
    const { color, words } = readShown(map[known] as string)
    return { color, message: words ?? value }
  }
  const color = colorOfWord(value)
  return { message: value, ...(color !== undefined && { color }) }
}

function readText(text: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) return text
  const pairs = splitColors(text).map((part) => {
    const at = part.indexOf('=')
    return at < 1 ? undefined : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
  })
  return pairs.includes(undefined) ? text : Object.fromEntries(pairs as [string, string][])
}

function readShown(shown: string): { color: string; words: string | undefined } {
  const at = shown.indexOf(':')
  return at < 0
    ? { color: shown.trim(), words: undefined }
    : { color: shown.slice(0, at).trim(), words: shown.slice(at + 1).trim() || undefined }
}
