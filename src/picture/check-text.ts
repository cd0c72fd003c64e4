import { quote } from '../errors.ts'
import { checkOptions } from '../system/unknown-fields.ts'

interface Call<O> {
  name: string
  options: readonly string[]
  /** The options that a text cannot be drawn without: numbers. */
  required: readonly (keyof O & string)[]
}

/**
 * Checks the text and the options that an author draws it with: in JavaScript, a missing width would be a picture without
 * the text.
 * @returns the text; that of a number too.
 * @throws TypeError that names the fault.
 */
export function checkText<O extends object>(call: Call<O>, text: unknown, options: O): string {
  checkOptions(call.name, options, call.options)
  for (const name of call.required)
    if (typeof options[name] !== 'number' || Number.isNaN(options[name]))
      throw new TypeError(`${call.name}: expected \`${name}\` to be a number, got ${describe(options[name])}`)
  if (typeof text === 'string') return text
  if (typeof text === 'number' || typeof text === 'bigint') return String(text)
  throw new TypeError(`${call.name}: expected text, got ${describe(text)}`)
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : quote(value)
}
