/** A store that cannot be opened, or that could not save everything. The message names the option that sets it. */
export class StoreError extends Error {
  /** The error without the option's name. */
  readonly detail: string
  /** Whether another process has the store open and may close it soon. */
  readonly isTaken: boolean

  constructor(detail: string, { isTaken = false, cause }: { isTaken?: boolean; cause?: unknown } = {}) {
    super(`store: ${detail}`, cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    this.detail = detail
    this.isTaken = isTaken
  }
}
