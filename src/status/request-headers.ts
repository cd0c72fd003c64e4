import { validateHeaderName, validateHeaderValue } from 'node:http'
import * as z from 'zod'
import { expected } from '../schema/expected.ts'

const MAX_HEADERS = 10
const MAX_LENGTH = 4_000
/** The connection's own. */
const RESERVED: ReadonlySet<string> = new Set(
  'connection content-length expect host keep-alive proxy-authorization te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)
const error = expected('headers like Authorization: Bearer ...')
/** A value may be a secret: no message repeats one. */
const hidden = { error: () => 'expected text for each header' }

/** The headers of a poll's request as an object, or as lines of text. Returns an object. Values are never shown again. */
export const headersField = z
  .preprocess(
    (given) => (typeof given === 'string' ? readLines(given) : given),
    z
      .record(z.string(), z.string(hidden), { error: () => error.error({ input: 'another type' }) })
      .superRefine((headers, context) => {
        const fault = findFault(headers)
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
      }),
  )
  .meta({ description: 'Headers of the request. Their values are secrets: responses list only their names.' })

function findFault(headers: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(headers)
  if (entries.length > MAX_HEADERS) return `expected at most ${MAX_HEADERS} headers, got ${entries.length}`
  if (entries.flat().join('').length > MAX_LENGTH)
    return `expected headers of at most ${MAX_LENGTH} characters`
  for (const [name, value] of entries) {
    if (RESERVED.has(name.toLowerCase())) return `expected no header ${name}, which the connection sets`
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      return `expected a header that HTTP allows, got ${JSON.stringify(name.slice(0, 40))} with a value of ${value.length} characters`
    }
  }
  return undefined
}

function readLines(text: string): unknown {
  const pairs = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()]
    })
  return Object.fromEntries(pairs)
}
