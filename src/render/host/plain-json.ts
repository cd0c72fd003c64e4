import { Mistake } from './mistake.ts'

/** The most bytes of JSON that the server sends for one picture. */
const MAX_JSON_BYTES = 2 * 2 ** 20

/**
 * Returns the part of a widget's value that JSON keeps, so that the server can send it. It is written here, since no other
 * widget's viewers wait for this process.
 * @throws Mistake if it is no JSON value, or too large. The cause, which the widget may have thrown, is only logged.
 */
export function plainJson(value: unknown): unknown {
  const text = toText(value)
  if (text === undefined) return undefined
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_JSON_BYTES)
    throw new Mistake(`expected \`json\` to return at most ${MAX_JSON_BYTES} bytes of JSON, got ${bytes}`)
  return JSON.parse(text)
}

function toText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new Mistake('expected `json` to return a JSON value', { cause })
  }
}
