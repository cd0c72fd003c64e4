import type { RedisLink } from './redis-link.ts'

/** Milliseconds between two looks at the clock of Redis. */
const INTERVAL = 10_000
/** Smaller differences are left alone, so that time does not jump. */
const TOLERANCE = 1_000
/** A reply that took longer says too little. */
const MAX_ROUND_TRIP = 1_000

/** The clock of Redis, which all nodes follow: a time that one of them stores is the same for the others. */
export class RedisClock {
  readonly #link: RedisLink
  readonly #timer: NodeJS.Timeout
  readonly #unsubscribe: () => void
  /** Milliseconds by which this node's clock is behind. */
  offset = 0

  constructor(link: RedisLink) {
    this.#link = link
    this.#timer = setInterval(() => void this.read(), INTERVAL).unref()
    this.#unsubscribe = link.onUp(() => void this.read())
  }

  readonly now = (): number => Date.now() + this.offset

  /** Compares the clocks. Never rejects. */
  async read(): Promise<void> {
    const sentAt = performance.now()
    const reply = await this.#link.call('TIME').catch(() => undefined)
    const roundTrip = performance.now() - sentAt
    if (!Array.isArray(reply) || roundTrip > MAX_ROUND_TRIP) return
    const [seconds, microseconds] = reply.map(Number) as [number, number]
    const behind = seconds * 1_000 + microseconds / 1_000 + roundTrip / 2 - Date.now()
    if (Math.abs(behind - this.offset) < TOLERANCE) return
    this.offset = Math.abs(behind) < TOLERANCE ? 0 : Math.round(behind)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#unsubscribe()
  }
}
