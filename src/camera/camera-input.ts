/** Receives what a camera's source sends. */
export interface InputSink {
  /** One complete JPEG, in memory that is valid during the call only. */
  onFrame(bytes: Buffer): void
}

/**
 * Reads one source once: from its start to its failure, its end, or the signal's abort. Always rejects with an `InputError`,
 * and only once nothing of it runs any more, so that a camera never has two.
 */
export type ReadInput = (sink: InputSink, signal: AbortSignal) => Promise<never>

/** Why a source ended. */
export class InputError extends Error {
  /** The last words of the source, without secrets; empty if it said nothing. */
  readonly tail: string
  /** Whether another attempt can only fail too, until the owner does something. */
  readonly isLasting: boolean

  constructor(message: string, { tail = '', isLasting = false } = {}) {
    super(message)
    this.name = 'InputError'
    this.tail = tail
    this.isLasting = isLasting
  }
}
