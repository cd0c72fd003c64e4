import { randomBytes } from 'node:crypto'
import pLimit from 'p-limit'
import type { Store } from '../cluster/store.ts'
import { sendOutgoing } from '../system/outgoing.ts'
import type { Hook } from './hook.ts'
import { signatureHeaders } from './signature.ts'

/** One try to deliver a message. */
export interface Attempt {
  /** Milliseconds since 1970. */
  at: number
  /** What was answered; null where nothing was. */
  status: number | null
  /** What went wrong, if anything did. */
  error: string | null
}

/** One message and what became of it. */
export interface Delivery {
  id: string
  state: 'pending' | 'delivered' | 'failed'
  body: string
  attempts: Attempt[]
  /** When it is tried next, in milliseconds since 1970; null where it is not. */
  next: number | null
}

/** Milliseconds from one try to the next: eight tries in seven hours. */
const PAUSES = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000]
/** Of each hook, so many deliveries are remembered. */
const REMEMBERED = 20
const LONGEST_ERROR = 120
const AT_ONCE = 10
const NAME = '$log'

/** Where a hook keeps what it remembers. */
export function hookRoom(id: string): string {
  return `$hook/${id}`
}

/**
 * Delivers messages to hooks: signed, tried again with growing pauses until the other side answers 2xx, and written
 * down. What waits when the server stops is tried again after it starts.
 */
export class Deliveries {
  readonly #store: Store
  readonly #pauses: readonly number[]
  readonly #limit = pLimit(AT_ONCE)
  readonly #logs = new Map<string, Delivery[]>()
  readonly #timers = new Map<Delivery, NodeJS.Timeout>()
  readonly #stop = new AbortController()

  constructor(store: Store, pauses: readonly number[] = PAUSES) {
    this.#store = store
    this.#pauses = pauses
  }

  /** Takes up what a hook had to deliver before the last stop. */
  async load(hook: Hook): Promise<void> {
    const log = ((await this.#store.get(hookRoom(hook.id), NAME)) ?? []) as Delivery[]
    this.#logs.set(hook.id, log)
    for (const delivery of log) if (delivery.state === 'pending') this.#schedule(hook, delivery)
  }

  /** Delivers a message; resolves when it is written down, long before it arrives. */
  async send(hook: Hook, message: object): Promise<Delivery> {
    const id = `msg_${randomBytes(12).toString('base64url')}`
    const body = JSON.stringify(message)
    const delivery: Delivery = { id, state: 'pending', body, attempts: [], next: Date.now() }
    const log = this.#logs.get(hook.id) ?? []
    this.#logs.set(hook.id, log)
    log.unshift(delivery)
    for (const dropped of log.splice(REMEMBERED)) this.#cancel(dropped)
    await this.#write(hook.id)
    this.#schedule(hook, delivery)
    return delivery
  }

  /** What was delivered to a hook, or is yet to be; the newest first. */
  log(id: string): readonly Delivery[] {
    return this.#logs.get(id) ?? []
  }

  /** Forgets a hook, and what it was to be told. */
  async delete(id: string): Promise<void> {
    for (const delivery of this.#logs.get(id) ?? []) this.#cancel(delivery)
    this.#logs.delete(id)
    await this.#store.delete(hookRoom(id), NAME)
  }

  /** Ends all tries. */
  close(): void {
    this.#stop.abort()
    for (const delivery of [...this.#timers.keys()]) this.#cancel(delivery)
  }

  #cancel(delivery: Delivery): void {
    clearTimeout(this.#timers.get(delivery))
    this.#timers.delete(delivery)
  }

  #schedule(hook: Hook, delivery: Delivery): void {
    const pause = Math.max(0, (delivery.next ?? 0) - Date.now())
    const timer = setTimeout(() => {
      void this.#limit(() => this.#try(hook, delivery)).catch(() => {})
    }, pause)
    this.#timers.set(delivery, timer.unref())
  }

  async #try(hook: Hook, delivery: Delivery): Promise<void> {
    const { signal } = this.#stop
    const isKnown = () => this.#timers.has(delivery)
    if (signal.aborted || !isKnown()) return
    const attempt = await this.#post(hook, delivery)
    // Cut off by a stop, it is tried again after the start; a hook that was deleted meanwhile wants nothing more.
    if (signal.aborted || !isKnown()) return
    this.#timers.delete(delivery)
    delivery.attempts.push(attempt)
    const pause = this.#pauses[delivery.attempts.length - 1]
    const isDelivered = attempt.status !== null && attempt.status >= 200 && attempt.status < 300
    // 410 says that nobody wants it ever again.
    const isOver = isDelivered || pause === undefined || attempt.status === 410
    delivery.state = isDelivered ? 'delivered' : isOver ? 'failed' : 'pending'
    delivery.next = isOver ? null : Date.now() + pause
    if (!isOver) this.#schedule(hook, delivery)
    await this.#write(hook.id)
  }

  async #post(hook: Hook, { id, body }: Delivery): Promise<Attempt> {
    const at = Date.now()
    const headers = {
      'Content-Type': 'application/json',
      ...signatureHeaders(hook.secret, { id, time: at, body }),
    }
    try {
      const { signal } = this.#stop
      const { status, fault } = await sendOutgoing({ url: hook.url, method: 'POST', headers, body, signal })
      return { at, status, error: fault?.slice(0, LONGEST_ERROR) ?? null }
    } catch (error) {
      return { at, status: null, error: (error as Error).message.slice(0, LONGEST_ERROR) }
    }
  }

  #write(id: string): Promise<void> {
    const log = this.#logs.get(id)
    return log ? this.#store.set(hookRoom(id), NAME, log) : Promise.resolve()
  }
}
