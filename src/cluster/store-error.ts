/** A store that cannot be opened. The message names the option that says where it is. */
export class StoreError extends Error {
  /** What is wrong, without the option's name. */
  readonly detail: string
  /** Whether somebody else has it, who may let go of it. */
  readonly isTaken: boolean

  constructor(detail: string, { isTaken = false, cause }: { isTaken?: boolean; cause?: unknown } = {}) {
    super(`store: ${detail}`, cause === undefined ? undefined : { cause })
    this.name = 'StoreError'
    this.detail = detail
    this.isTaken = isTaken
  }
}
