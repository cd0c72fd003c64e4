import type { PublicError } from '../errors.ts'
import { fromSentError, type UpstreamMessage } from './edge-protocol.ts'
import { unreachable } from './unreachable.ts'

/** A reply to a question. */
type Reply = NonNullable<UpstreamMessage['reply']>

/** Milliseconds that a question waits for its reply. */
const TIMEOUT = 5_000

/** The questions to an upstream that wait for their replies. */
export class Questions {
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: PublicError): void }>()

  /** Resolves to the value of the reply with this id. Rejects with its `PublicError`, or that there was none in time. */
  async wait(id: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject })
        timer = setTimeout(() => reject(unreachable('it did not reply in time')), TIMEOUT)
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  onReply({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id)
    if (error) waiting?.reject(fromSentError(error))
    else waiting?.resolve(value)
  }

  /** Rejects all of them, because the upstream is lost. */
  fail(fault: string): void {
    for (const { reject } of this.#waiting.values()) reject(unreachable(fault))
  }
}
