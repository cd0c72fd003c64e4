import { randomBytes } from 'node:crypto'
import type { ViewerSecrets } from './viewer-secrets.ts'

/** Days whose key is kept: yesterday, today and tomorrow, because the clocks of nodes differ. */
const KEPT_DAYS = 3

/** The viewer keys' secrets of one process, in its memory only. */
export class MemoryViewerSecrets implements ViewerSecrets {
  readonly #secrets = new Map<number, Buffer>()

  async ofDay(day: number): Promise<Buffer> {
    const secret = this.#secrets.get(day) ?? randomBytes(32)
    this.#secrets.set(day, secret)
    const newest = Math.max(...this.#secrets.keys())
    for (const old of this.#secrets.keys()) if (old <= newest - KEPT_DAYS) this.#secrets.delete(old)
    return secret
  }
}
