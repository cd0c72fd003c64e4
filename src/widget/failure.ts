import { checkOptions } from '../system/unknown-fields.ts'
import { describeValue } from './describe-value.ts'

/** The options of `failure`. */
export interface FailureOptions {
  /** The HTTP status of a still: 404 if there is no such thing, 503 if the source is down. @default 500 */
  status?: number
  /** Why it failed, for the log. */
  cause?: unknown
}

/** The public part of a widget's own error. */
export interface FailureWords {
  words: string
  status: number
}

const FAILURE = 'ERR_WIDGET_FAILURE'
/** Words that fit on a card. */
const MAX_LENGTH = 200

/**
 * Creates an error whose words are shown on the error card and in the problem document, to be thrown by any function of a
 * widget: `throw failure('No such city', { status: 404 })`. The messages of other errors are only logged.
 * @throws TypeError for words that are not 1 to 200 characters, or a status that is not from 400 to 599.
 */
export function failure(words: string, options: FailureOptions = {}): Error {
  if (typeof words !== 'string' || words.trim() === '' || words.length > MAX_LENGTH)
    throw new TypeError(
      `failure: expected \`words\` to be text of 1 to ${MAX_LENGTH} characters, got ${describeValue(words)}`,
    )
  checkOptions('failure', options, ['status', 'cause'])
  const { status = 500, cause } = options
  if (!Number.isInteger(status) || status < 400 || status > 599)
    throw new TypeError(`failure: expected \`status\` to be from 400 to 599, got ${describeValue(status)}`)
  return Object.assign(new Error(words, cause === undefined ? undefined : { cause }), {
    code: FAILURE,
    status,
  })
}

/** Returns the words and status of an error that `failure` created, of any copy of this module; else undefined. */
export function readFailure(error: unknown): FailureWords | undefined {
  const { code, status, message } = Object(error) as { code?: unknown; status?: unknown; message?: unknown }
  if (code !== FAILURE || typeof status !== 'number' || typeof message !== 'string') return undefined
  return { words: message, status }
}
