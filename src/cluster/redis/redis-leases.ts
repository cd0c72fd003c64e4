import type { Leases } from '../leases.ts'
import type { RedisLink } from './redis-link.ts'
import { defineScript } from './redis-script.ts'

/** Acquires or extends a lease: name, node, milliseconds. Returns whether the node holds it. */
const HOLD = defineScript(`
local key = P..'lease:'..ARGV[2]
local holder = redis.call('GET', key)
if holder and holder ~= ARGV[3] then return 0 end
redis.call('SET', key, ARGV[3], 'PX', ARGV[4])
return 1
`)

/** Releases a lease: name, node. */
const RELEASE = defineScript(`
local key = P..'lease:'..ARGV[2]
if redis.call('GET', key) == ARGV[3] then redis.call('DEL', key) end
return 1
`)

/** Leases that expire by the clock of Redis, whatever the clocks of the nodes show. */
export class RedisLeases implements Leases {
  readonly #link: RedisLink
  readonly #node: string
  readonly #held = new Set<string>()
  #isClosed = false

  /** @param node identifies this process, and is new at every start. */
  constructor(link: RedisLink, node: string) {
    this.#link = link
    this.#node = node
  }

  async hold(name: string, duration: number): Promise<boolean> {
    if (this.#isClosed) return false
    this.#held.add(name)
    const isHeld = await this.#link.run(HOLD, [keyOf(name)], name, this.#node, duration).catch(() => 0)
    // Closing does not wait for a request that is under way.
    if (this.#isClosed) await this.#release(name)
    else if (isHeld !== 1) this.#held.delete(name)
    return isHeld === 1 && !this.#isClosed
  }

  async release(name: string): Promise<void> {
    if (this.#held.delete(name)) await this.#release(name)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#held].map((name) => this.release(name)))
  }

  async #release(name: string): Promise<void> {
    // What cannot be released expires.
    await this.#link.run(RELEASE, [keyOf(name)], name, this.#node).catch(() => {})
  }
}

function keyOf(name: string): string {
  return `lease:${name}`
}
