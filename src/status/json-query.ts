import { JSONPathEnvironment, type JSONValue } from 'json-p3'
import { quote } from '../errors.ts'

/** Returns the values at a path of a JSON value; an empty list if there are none. */
export type JsonQuery = (value: unknown) => unknown[]

const MAX_QUERY_LENGTH = 200
const MAX_SEGMENTS = 20
/** How often a query may visit one value, by lists of selectors like `[0,0]`. */
const MAX_COPIES = 16

/**
 * Compiles a JSONPath (RFC 9535) like `$.build.status`. No script is ever run. A query takes time in proportion to the
 * value: at most one `..` and one filter, not nested, no regular expressions, and few lists of selectors, since each
 * multiplies the results of the previous ones.
 * @throws TypeError that describes the fault.
 */
export function compileJsonQuery(text: string): JsonQuery {
  const environment = new JSONPathEnvironment()
  for (const name of ['match', 'search']) environment.functionRegister.delete(name)
  if (text.length > MAX_QUERY_LENGTH)
    throw new TypeError(`Expected a JSONPath of at most ${MAX_QUERY_LENGTH} characters, got ${text.length}`)
  if (!text.startsWith('$')) throw new TypeError(`Expected a JSONPath that begins with $, got ${quote(text)}`)
  const marks = text.replaceAll(/"(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$)/g, '')
  for (const [mark, name] of [
    ['..', 'two'],
    ['?', 'two filters,'],
    ['$', 'two'],
  ] as const) {
    // A filter within a filter, or a descent within a descent, takes the square of the time.
    if (marks.split(mark).length > 2)
      throw new TypeError(`Expected a simpler JSONPath, without ${name} ${mark} in it, got ${quote(text)}`)
  }
  try {
    const query = environment.compile(text)
    checkSize(query)
    return (value) => query.query(value as JSONValue).values()
  } catch (error) {
    const reason = (error as Error).message
    throw new TypeError(`Expected a JSONPath like $.build.status, got ${quote(text)}: ${reason}`)
  }
}

/** @throws Error for a query whose results would multiply. */
function checkSize(query: object): void {
  const { segments, copies } = measure(query)
  if (segments > MAX_SEGMENTS) throw new Error(`expected at most ${MAX_SEGMENTS} segments, got ${segments}`)
  if (copies > MAX_COPIES)
    throw new Error(`expected lists of selectors that make at most ${MAX_COPIES} paths, got ${copies}`)
}

/** Counts the segments of a compiled query and its filters, and the paths that their lists of selectors make. */
function measure(part: object): { segments: number; copies: number } {
  const total = { segments: 0, copies: 1 }
  for (const [name, value] of Object.entries(part)) {
    if (name === 'environment' || name === 'token' || typeof value !== 'object' || value === null) continue
    if (name === 'segments') total.segments += (value as unknown[]).length
    if (name === 'selectors') total.copies *= (value as unknown[]).length
    const inner = measure(value as object)
    total.segments += inner.segments
    total.copies *= inner.copies
  }
  return total
}
