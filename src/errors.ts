/** One wrong value in a request or a configuration. */
export interface Fault {
  /** The parameter's or option's name. */
  name: string
  /** What was expected and what came, as a sentence without the name. */
  detail: string
}

/** What a `PublicError` is made of. */
export interface PublicErrorInit {
  /** A stable kebab-case name: the last segment of a problem document's `type`. */
  code: string
  /** The HTTP status. */
  status: number
  /** A few words for the error picture. */
  caption: string
  /** The whole story, for logs and problem documents. @default the caption */
  detail?: string
  /** Every wrong value, where there can be several. */
  faults?: Fault[]
  /** Response headers that belong to the error (`Retry-After`, `Allow`). */
  headers?: Record<string, string>
  cause?: unknown
}

/** An error whose words may leave the server: a caption for the picture, a detail for people with a log. */
export class PublicError extends Error {
  readonly code: string
  readonly status: number
  readonly caption: string
  readonly faults: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>

  constructor({
    code,
    status,
    caption,
    detail = caption,
    faults = [],
    headers = {},
    cause,
  }: PublicErrorInit) {
    super(detail, cause === undefined ? undefined : { cause })
    this.name = 'PublicError'
    this.code = code
    this.status = status
    this.caption = caption
    this.faults = faults
    this.headers = headers
  }
}

/** The error for what there is none of. */
export function notFound(caption: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption })
}

/** Up to the last `@`: who did not encode a password may have any character in it. */
const PASSWORD = /:(?!\/\/)[^\s"]*@/g
const SECRET_PARAMETER = /([?&](?:pass|passwd|password|pwd|secret|token|key|api_?key)=)[^\s&"]*/gi

/** Any error as one that may be told: what is not a `PublicError` is the server's own fault and stays in the log. */
export function toPublicError(error: unknown): PublicError {
  if (error instanceof PublicError) return error
  return new PublicError({
    code: 'internal-error',
    status: 500,
    caption: 'something went wrong',
    cause: error,
  })
}

/** Says a value the way error sentences quote it: short, on one line, JSON-escaped, without the secrets of a URL. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value))
    .replace(PASSWORD, ':...@')
    .replace(SECRET_PARAMETER, '$1...')
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
