/** One wrong value in a request or a configuration. */
export interface Fault {
  /** The parameter's or option's name. */
  name: string
  /** The expected and the actual value, as a sentence without the name. */
  detail: string
}

/** The options of a `PublicError`. */
export interface PublicErrorInit {
  /** A stable kebab-case name: the last segment of a problem document's `type`. */
  code: string
  /** The HTTP status. */
  status: number
  /**
   * A few words for the error picture. They never contain a value that came: each caption is painted once, so there must
   * be few of them.
   */
  caption: string
  /** The full description, for logs and problem documents. @default the caption */
  detail?: string
  /** Every wrong value, if there can be several. */
  faults?: Fault[]
  /** Response headers that belong to the error (`Allow`). @default `Retry-After: 10` for a status 429 or 503 */
  headers?: Record<string, string>
  /** Milliseconds before which another attempt would fail too. @default 0 */
  retryIn?: number
  cause?: unknown
}

/** Seconds after which a client may retry, unless an error sets another time. */
const DEFAULT_RETRY = '10'

/** An error whose texts are safe to send: a caption for the picture, and a detail for logs and problem documents. */
export class PublicError extends Error {
  readonly code: string
  readonly status: number
  readonly caption: string
  readonly faults: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>
  readonly retryIn: number

  constructor({
    code,
    status,
    caption,
    detail = caption,
    faults = [],
    headers = {},
    retryIn = 0,
    cause,
  }: PublicErrorInit) {
    super(detail, cause === undefined ? undefined : { cause })
    this.name = 'PublicError'
    this.code = code
    this.status = status
    this.caption = caption
    this.faults = faults
    this.headers = status === 429 || status === 503 ? { 'Retry-After': DEFAULT_RETRY, ...headers } : headers
    this.retryIn = retryIn
  }
}

/** The code of `storeUnavailable`. */
const STORE_UNAVAILABLE = 'store-unavailable'

/** The error for a store that cannot be reached, or that refuses. What was written may be saved or not. */
export function storeUnavailable(detail: string, cause?: unknown): PublicError {
  const caption = 'the store cannot be reached'
  return new PublicError({
    ...{ code: STORE_UNAVAILABLE, status: 503, caption, detail, cause },
    headers: { 'Retry-After': '1' },
  })
}

/** Whether something failed only because the store cannot be reached, and works again when it can. */
export function isStoreUnavailable(error: unknown): error is PublicError {
  return error instanceof PublicError && error.code === STORE_UNAVAILABLE
}

/** The error for a request that contradicts what is there. */
export function conflict(code: string, caption: string): PublicError {
  return new PublicError({ code, status: 409, caption })
}

/** The error for a request that comes while the server stops, or after it. */
export function stopping(): PublicError {
  return new PublicError({
    code: 'stopping',
    status: 503,
    caption: 'the server is stopping',
    headers: { 'Retry-After': '5' },
  })
}

/** Creates the error for something that does not exist. */
export function notFound(caption: string, detail = caption): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption, detail })
}

/** Formats a fault without the actual value: `width: expected a whole number from 1 to 4096`. */
export function toCaption({ name, detail }: Fault): string {
  const end = detail.indexOf(', got ')
  return `${name}: ${end < 0 ? detail : detail.slice(0, end)}`
}

/** Turns any error into a public one: the message of any other error is the server's own fault, and is only logged. */
export function toPublicError(error: unknown): PublicError {
  if (error instanceof PublicError) return error
  return new PublicError({
    code: 'internal-error',
    status: 500,
    caption: 'something went wrong',
    cause: error,
  })
}

/** Longer values are cut before they are searched: a URL may have 2048 characters. */
const MAX_SEARCHED = 4096
const MAX_QUOTED = 60
const SECRET_PARAMETER = /([?&](?:pass|passwd|password|pwd|secret|token|key|api_?key)=)[^\s&"]*/gi

/**
 * Quotes a value for an error sentence: at most 60 characters, on one line, JSON-escaped, without the secrets of a URL.
 * Takes time in proportion to the value's length.
 */
export function quote(value: unknown): string {
  const whole = typeof value === 'string' ? value : toText(value)
  // The cut may split a password: the `@` that ends it keeps it recognisable.
  const isCutInside = whole.indexOf('@', MAX_SEARCHED) >= 0
  const cut = isCutInside ? `${whole.slice(0, MAX_SEARCHED)}@` : whole.slice(0, MAX_SEARCHED)
  const text = (typeof value === 'string' ? JSON.stringify(cut) : cut)
    .replace(/[^\s"]+/g, hidePassword)
    .replace(SECRET_PARAMETER, '$1...')
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED - 3)}...` : text
}

/** A value as JSON; a circle, a bigint or a function as what `String` gives. */
function toText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/** Up to the last `@`: a password that is not encoded may contain any character. */
function hidePassword(word: string): string {
  const end = word.lastIndexOf('@')
  const start = word.slice(0, end + 1).search(/:(?!\/\/)/)
  return start < 0 ? word : `${word.slice(0, start)}:...${word.slice(end)}`
}

/** The error for wrong values in a request, which names all of them. */
export function badRequest(code: string, caption: string, faults: Fault[]): PublicError {
  const detail = faults.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
  return new PublicError({ code, status: 400, caption, detail, faults })
}

/**
 * Turns a caption into a sentence, with a capital and a full stop. A name or an address at its beginning stays unchanged,
 * because `Clock/main` is not `clock/main`.
 */
export function toSentence(words: string): string {
  const begun = /^[a-z]+(?=[\s,;]|$)/.test(words)
    ? `${words.charAt(0).toUpperCase()}${words.slice(1)}`
    : words
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}
