import { PublicError, quote } from '../errors.ts'
import { OLDER_BADGE_STYLES } from '../picture/badge/badge.ts'
import { findSvgLogoFault } from '../picture/badge/svg-logo.ts'
import { compileJsonQuery } from './json-query.ts'
import type { Poll } from './poll.ts'
import { parseStatus, STYLES, type Status } from './status-schema.ts'
import { mapValue } from './value-map.ts'

/** The maximum of characters in a badge's message. */
const MAX_MESSAGE_LENGTH = 1_000

/**
 * Turns JSON that was fetched into a status: the values that the query finds, separated by commas; or the status that the
 * whole response, or the result of the query, contains.
 * @throws TypeError that describes the fault of the JSON.
 */
export function toStatus(key: string, poll: Poll, json: unknown): Status {
  const { query } = poll
  const found = query === undefined ? [json] : compileJsonQuery(query)(json)
  if (found.length === 0) throw new TypeError(`there is nothing at ${query}`)
  const [first] = found
  if (query === undefined || (found.length === 1 && isObject(first)))
    return { ...readStatus(first), ...pickLook(poll) }
  const words = found.flat().map((value) => {
    if (typeof value === 'object' && value !== null)
      throw new TypeError(`expected text or numbers at ${query}, found ${quote(value)}`)
    return String(value)
  })
  return toShown(key, poll, words.join(', '))
}

/** Turns a response of `kind: http` into a status: anything below 400 is up. */
export function toHttpStatus(
  key: string,
  poll: Poll,
  { status, took }: { status: number; took: number },
): Status {
  if (status >= 400) throw new TypeError(`status ${status}`)
  const shown = toShown(key, poll, 'up')
  return { ...shown, message: `${shown.message} ${Math.round(took)} ms` }
}

function toShown(key: string, poll: Poll, value: string): Status {
  const { label = key, prefix = '', suffix = '', map } = poll
  const { color, message: words } = mapValue(value, map)
  const text = `${prefix}${words}${suffix}`.slice(0, MAX_MESSAGE_LENGTH)
  const message = text.trim() === '' ? 'empty' : text
  return { schemaVersion: 1, label, message, ...(color !== undefined && { color }), ...pickLook(poll) }
}

/** The message of a badge without a value. */
export function toFailedStatus(key: string, poll: Poll): Status {
  const { label = key } = poll
  if (poll.kind === 'http') {
    const { color = 'red', message } = mapValue('down', poll.map)
    return { schemaVersion: 1, label, message, isError: true, ...pickLook(poll, color) }
  }
  return { schemaVersion: 1, label, message: 'unavailable', isError: true, ...pickLook(poll, 'lightgrey') }
}

function readStatus(value: unknown): Status {
  try {
    return parseStatus(withoutUnknown(value))
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    throw new TypeError(`expected a status in the schema of shields.io: ${error.message}`)
  }
}

/** As with shields.io, an older name of a style is read, and an unknown one or a logo that is none does not spoil a badge. */
function withoutUnknown(value: unknown): unknown {
  if (!isObject(value)) return value
  const { style: named, logoSvg, ...rest } = value as Record<string, unknown>
  const style = Object.hasOwn(OLDER_BADGE_STYLES, String(named)) ? OLDER_BADGE_STYLES[String(named)] : named
  const isLogo = typeof logoSvg === 'string' && findSvgLogoFault(logoSvg) === undefined
  return {
    ...rest,
    ...((STYLES as readonly unknown[]).includes(style) && { style }),
    ...(isLogo && { logoSvg }),
  }
}

function pickLook({ label, color, labelColor, style }: Poll, always = color): Partial<Status> {
  return {
    ...(label !== undefined && { label }),
    ...(always !== undefined && { color: always }),
    ...(labelColor !== undefined && { labelColor }),
    ...(style !== undefined && { style }),
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
