import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import pLimit, { type LimitFunction } from 'p-limit'
import type { Logger } from 'pino'
import * as z from 'zod'
import { clusterTime } from '../cluster/cluster-time.ts'
import type { Store } from '../cluster/store.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { parseRoom, roomOf } from '../widget/room.ts'
import type { Hook } from './hook.ts'
import { signatureHeaders } from './signature.ts'

const attemptSchema = z.object({
  at: z.number(),
  status: z.number().nullable(),
  error: z.string().nullable(),
})
const deliverySchema = z.object({
  id: z.string(),
  state: z.enum(['pending', 'delivered', 'failed']),
  body: z.string().refine(isJson),
  attempts: z.array(attemptSchema),
  next: z.number().nullable(),
})

/** One attempt at a delivery: its time (milliseconds since the epoch), the status of the response, and the error. */
export type Attempt = z.infer<typeof attemptSchema>

/** One message, its attempts, and when the next one is due (milliseconds since the epoch; null if there is none). */
export type Delivery = z.infer<typeof deliverySchema>

/** The options of deliveries. */
export interface DeliveriesInit {
  store: Store
  client: OutgoingClient
  log: Logger
  /** Milliseconds between attempts. @default eight attempts in seven hours */
  pauses?: readonly number[] | undefined
}

const PAUSES = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000]
/** Deliveries that the log of a hook keeps. */
const REMEMBERED = 20
const MAX_ERROR_LENGTH = 120
/** The status of a receiver that unsubscribes (Standard Webhooks 1.0). */
const GONE = 410
const NAME = '$log'
/** The widget part of the rooms that store hooks; no widget can have this name. */
const HOOKS = '$hook'

/** The room of the store that holds a hook and its log. */
export function hookRoom(id: string): string {
  return roomOf({ widget: HOOKS, key: id })
}

/** Whether a room of the store holds a hook. */
export function isHookRoom(room: string): boolean {
  return parseRoom(room).widget === HOOKS
}

/**
 * Delivers messages to hooks: signed, retried with growing pauses until the receiver returns 2xx, and logged. Deliveries
 * that are pending when the server stops are retried after its start. Each hook has one request at a time, and waits for no other.
 */
export class Deliveries {
  readonly #store: Store
  readonly #client: OutgoingClient
  readonly #log: Logger
  readonly #pauses: readonly number[]
  readonly #lanes = new Map<string, LimitFunction>()
  readonly #logs = new Map<string, Delivery[]>()
  /** Failed attempts of each hook since its last success. */
  readonly #failures = new Map<string, number>()
  readonly #timers = new Map<Delivery, NodeJS.Timeout>()
  readonly #stop = new AbortController()

  constructor({ store, client, log, pauses = PAUSES }: DeliveriesInit) {
    this.#store = store
    this.#client = client
    this.#log = log
    this.#pauses = pauses
    // One listener for each hook's request.
    setMaxListeners(0, this.#stop.signal)
  }

  /** Resumes the deliveries of a hook from before the last stop. Damaged ones are dropped and logged. */
  async load(hook: Hook): Promise<void> {
    const log = await this.read(hook.id)
    this.#logs.set(hook.id, log)
    for (const delivery of log) if (delivery.state === 'pending') this.#schedule(hook, delivery)
  }

  /** Delivers a message; resolves when it is in the store, before the first attempt. Sends nothing if it rejects. */
  async send(hook: Hook, message: object): Promise<Delivery> {
    const id = `msg_${randomBytes(12).toString('base64url')}`
    const body = JSON.stringify(message)
    const delivery: Delivery = { id, state: 'pending', body, attempts: [], next: clusterTime(this.#store) }
    const log = this.#logs.get(hook.id) ?? []
    this.#logs.set(hook.id, log)
    log.unshift(delivery)
    for (const dropped of log.splice(REMEMBERED)) this.#cancel(dropped)
    try {
      await this.#write(hook.id)
    } catch (error) {
      const at = log.indexOf(delivery)
      // Newer ones may have dropped it meanwhile.
      if (at >= 0) log.splice(at, 1)
      throw error
    }
    this.#schedule(hook, delivery)
    return delivery
  }

  /** The deliveries of a hook that this node delivers for, the newest first. */
  log(id: string): readonly Delivery[] {
    return this.#logs.get(id) ?? []
  }

  /** The stored deliveries of any hook. Damaged ones are skipped and logged. */
  async read(id: string): Promise<Delivery[]> {
    const stored = (await this.#store.get(hookRoom(id), NAME)) ?? []
    const rows = Array.isArray(stored) ? stored.slice(0, REMEMBERED) : [stored]
    const log = rows.flatMap((row) => deliverySchema.safeParse(row).data ?? [])
    const damaged = rows.length - log.length
    if (damaged > 0) this.#log.error({ hook: id, damaged }, 'dropped damaged deliveries in the store')
    return log
  }

  /** Stops delivering for a hook. Pending deliveries stay in the store. */
  forget(id: string): void {
    for (const delivery of this.#logs.get(id) ?? []) this.#cancel(delivery)
    for (const byHook of [this.#logs, this.#lanes, this.#failures]) byHook.delete(id)
  }

  /** Deletes the deliveries of a hook, including pending ones. */
  async delete(id: string): Promise<void> {
    this.forget(id)
    await this.#store.delete(hookRoom(id), NAME)
  }

  /** Aborts all attempts. */
  close(): void {
    this.#stop.abort(new Error('the server is stopping'))
    for (const delivery of [...this.#timers.keys()]) this.#cancel(delivery)
  }

  #cancel(delivery: Delivery): void {
    clearTimeout(this.#timers.get(delivery))
    this.#timers.delete(delivery)
  }

  #schedule(hook: Hook, delivery: Delivery): void {
    const pause = Math.max(0, (delivery.next ?? 0) - clusterTime(this.#store))
    const lane = this.#lanes.get(hook.id) ?? pLimit(1)
    this.#lanes.set(hook.id, lane)
    const attempt = () => {
      void lane(() => this.#attempt(hook, delivery)).catch((error: Error) => {
        this.#log.error({ hook: hook.id, error: error.message }, 'cannot log a delivery')
      })
    }
    this.#timers.set(delivery, setTimeout(attempt, pause).unref())
  }

  async #attempt(hook: Hook, delivery: Delivery): Promise<void> {
    const { signal } = this.#stop
    const isCancelled = () => signal.aborted || !this.#timers.has(delivery)
    if (isCancelled()) return
    const { retryAfter = 0, ...attempt } = await this.#post(hook, delivery)
    // An attempt that a stop aborted does not count: it is repeated after the start.
    if (isCancelled()) return
    this.#timers.delete(delivery)
    delivery.attempts.push(attempt)
    const pause = this.#pauses[delivery.attempts.length - 1]
    const isDelivered = attempt.error === null
    const isOver = isDelivered || pause === undefined || attempt.status === GONE
    delivery.state = isDelivered ? 'delivered' : isOver ? 'failed' : 'pending'
    delivery.next = isOver ? null : clusterTime(this.#store) + Math.max(pause, retryAfter)
    this.#report(hook, delivery, attempt)
    if (!isOver) this.#schedule(hook, delivery)
    await this.#write(hook.id)
  }

  async #post(hook: Hook, { id, body }: Delivery): Promise<Attempt & { retryAfter?: number | undefined }> {
    const at = clusterTime(this.#store)
    const headers = {
      'Content-Type': 'application/json',
      ...signatureHeaders(hook.secret, { id, time: at, body }),
    }
    try {
      const { signal } = this.#stop
      const response = await this.#client.open({ url: hook.url, method: 'POST', headers, body, signal })
      // The status alone confirms the message. The body has no meaning, and is not read.
      response.close()
      const { status, fault, retryAfter } = response
      return { at, status, error: fault?.slice(0, MAX_ERROR_LENGTH) ?? null, retryAfter }
    } catch (error) {
      return { at, status: null, error: (error as Error).message.slice(0, MAX_ERROR_LENGTH) }
    }
  }

  /** Logs one warning for each outage, and its end. */
  #report(hook: Hook, { id, state }: Delivery, { error }: Attempt): void {
    const failures = this.#failures.get(hook.id) ?? 0
    if (error === null) {
      if (failures > 0) this.#log.info({ hook: hook.id, failures }, 'webhook works again')
      this.#failures.delete(hook.id)
      return
    }
    this.#failures.set(hook.id, failures + 1)
    // Only the host: a URL may contain a secret.
    const facts = { hook: hook.id, host: new URL(hook.url).host, delivery: id, state, error }
    this.#log[failures === 0 ? 'warn' : 'debug'](facts, 'webhook delivery failed')
  }

  #write(id: string): Promise<void> {
    const log = this.#logs.get(id)
    return log ? this.#store.set(hookRoom(id), NAME, log) : Promise.resolve()
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
