/** An upstream that will not take this edge, until somebody changes a configuration. */
export class UpstreamError extends Error {
  /** The reason, as a sentence that names the upstream. */
  readonly detail: string

  constructor(detail: string) {
    super(`upstream: ${detail}`)
    this.name = 'UpstreamError'
    this.detail = detail
  }
}
