import type { SharedFiles } from '../shared-files.ts'
import type { RedisLink } from './redis-link.ts'

/** Bytes of one part: each is a command of its own, so that none takes long. */
const PART_BYTES = 768 * 1024
/** Seconds until a file that is not kept is deleted. */
const UNKEPT_TIME = 60

/** Files as lists of parts in Redis, in Base64, because its clients return texts. */
export class RedisFiles implements SharedFiles {
  readonly #link: RedisLink

  constructor(link: RedisLink) {
    this.#link = link
  }

  async write(name: string, bytes: Buffer): Promise<void> {
    const key = this.#keyOf(name)
    for (let at = 0; at < bytes.length; at += PART_BYTES) {
      await this.#link.call('RPUSH', key, bytes.toString('base64', at, at + PART_BYTES))
      if (at === 0) await this.#link.call('EXPIRE', key, UNKEPT_TIME)
    }
  }

  async keep(name: string): Promise<void> {
    await this.#link.call('PERSIST', this.#keyOf(name))
  }

  async read(name: string): Promise<Buffer | undefined> {
    const key = this.#keyOf(name)
    const count = Number(await this.#link.call('LLEN', key))
    const parts: Buffer[] = []
    for (let index = 0; index < count; index += 1) {
      const part = await this.#link.call('LINDEX', key, index)
      // Removed meanwhile.
      if (typeof part !== 'string') return undefined
      parts.push(Buffer.from(part, 'base64'))
    }
    return count === 0 ? undefined : Buffer.concat(parts)
  }

  async remove(name: string): Promise<void> {
    await this.#link.call('DEL', this.#keyOf(name))
  }

  #keyOf(name: string): string {
    return `${this.#link.prefix}file:${name}`
  }
}
