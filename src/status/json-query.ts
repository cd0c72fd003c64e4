import { JSONPathEnvironment, type JSONValue } from 'json-p3'
import { quote } from '../errors.ts'

/** Asks a JSON value for the values at a path; none where there is nothing. */
export type JsonQuery = (value: unknown) => unknown[]

const LONGEST_QUERY = 200

/**
 * Compiles a JSONPath (RFC 9535) like `$.build.status`. No script is ever run. A query takes time in proportion to the
 * value, and no longer: one `..` and one filter at most, none within it, and no regular expressions.
 * @throws TypeError that says what is wrong.
 */
export function compileJsonQuery(text: string): JsonQuery {
  const environment = new JSONPathEnvironment()
  for (const name of ['match', 'search']) environment.functionRegister.delete(name)
  if (text.length > LONGEST_QUERY)
    throw new TypeError(`Expected a JSONPath of at most ${LONGEST_QUERY} characters, got ${text.length}`)
  if (!text.startsWith('$')) throw new TypeError(`Expected a JSONPath that begins with $, got ${quote(text)}`)
  const marks = text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')
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
    return (value) => query.query(value as JSONValue).values()
  } catch (error) {
    const reason = (error as Error).message
    throw new TypeError(`Expected a JSONPath like $.build.status, got ${quote(text)}: ${reason}`)
  }
}
