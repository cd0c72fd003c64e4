import pLimit from 'p-limit'
import type { Logger } from 'pino'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import { sendOutgoing } from '../system/outgoing.ts'
import { parseRoom } from '../widget/room.ts'
import { intervalOf, type Poll } from './poll.ts'
import { STATUS_WIDGET, statusRoom } from './status-room.ts'
import { BADGE, type Status } from './status-schema.ts'
import { toFailedStatus, toStatus } from './to-status.ts'

/** A poll, and how it went last. */
export interface PollReport extends Poll {
  /** Null until the first answer. */
  last: { at: string; ok: boolean; detail: string } | null
  /** Failures since the last success. */
  failures: number
}

/** One status with what is polled for it. */
export interface StatusRow {
  key: string
  status: Status | null
  poll: PollReport | null
}

interface Running {
  report: PollReport
  timer: NodeJS.Timeout | undefined
  stop: AbortController
}

const NAME = '$poll'
/** Statuses that are listed at most. */
const MOST_STATUSES = 10_000
/** The most polls there can be. */
export const MOST_POLLS = 500
/** Requests that are under way at once. */
const AT_ONCE = 10
/** One failure may be chance: what was shown stays until so many in a row. */
const TOLERATED_FAILURES = 3
/** Over how many milliseconds the first requests after a start are spread. */
const SPREAD = 5_000

/** Fetches JSON for statuses, each as often as it is wished, and shows what it says. Kept in the store. */
export class Polls {
  readonly #store: Store
  readonly #log: Logger
  readonly #running = new Map<string, Running>()
  readonly #limit = pLimit(AT_ONCE)

  constructor(store: Store, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** Takes up what was polled before the last stop. */
  async load(): Promise<void> {
    for await (const [room, poll] of this.#store.list(NAME)) {
      this.#start(parseRoom(room).key, poll as Poll, Math.random() * SPREAD)
    }
  }

  /** Begins to poll for a status, instead of what was polled for it before. @throws PublicError 409 for one too many. */
  async set(key: string, poll: Poll): Promise<PollReport> {
    if (!this.#running.has(key) && this.#running.size >= MOST_POLLS) {
      const caption = `there are ${MOST_POLLS} polls, and there can be no more`
      throw new PublicError({ code: 'too-many-polls', status: 409, caption })
    }
    await this.#store.set(statusRoom(key), NAME, poll)
    this.#stop(key)
    return this.#start(key, poll, 0)
  }

  get(key: string): PollReport | undefined {
    return this.#running.get(key)?.report
  }

  /** Stops one; what it showed last stays. Answers whether there was one. */
  async delete(key: string): Promise<boolean> {
    if (!this.#stop(key)) return false
    await this.#store.delete(statusRoom(key), NAME)
    return true
  }

  /** Every status, polled or not, by key. */
  async list(): Promise<StatusRow[]> {
    const rows = new Map<string, StatusRow>()
    for await (const [room, status] of this.#store.list(BADGE)) {
      const { widget, key } = parseRoom(room)
      if (rows.size >= MOST_STATUSES) break
      if (widget === STATUS_WIDGET) rows.set(key, { key, status: status as Status, poll: null })
    }
    for (const [key, { report }] of this.#running)
      rows.set(key, { key, status: rows.get(key)?.status ?? null, poll: report })
    return [...rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
  }

  /** Ends all requests. What is polled is remembered. */
  close(): void {
    for (const key of [...this.#running.keys()]) this.#stop(key)
  }

  #start(key: string, poll: Poll, delay: number): PollReport {
    const running: Running = {
      report: { ...poll, last: null, failures: 0 },
      timer: undefined,
      stop: new AbortController(),
    }
    this.#running.set(key, running)
    this.#schedule(key, running, delay)
    return running.report
  }

  #stop(key: string): boolean {
    const running = this.#running.get(key)
    clearTimeout(running?.timer)
    running?.stop.abort()
    return this.#running.delete(key)
  }

  #schedule(key: string, running: Running, delay: number): void {
    running.timer = setTimeout(() => {
      void this.#limit(() => this.#ask(key, running)).finally(() => {
        if (!running.stop.signal.aborted) this.#schedule(key, running, intervalOf(running.report))
      })
    }, delay)
    running.timer.unref()
  }

  async #ask(key: string, { report, stop }: Running): Promise<void> {
    const { signal } = stop
    if (signal.aborted) return
    const at = new Date().toISOString()
    try {
      const status = toStatus(key, report, await fetchJson(report.url, signal))
      if (signal.aborted) return
      await this.#show(key, status)
      Object.assign(report, { last: { at, ok: true, detail: status.message }, failures: 0 })
    } catch (error) {
      if (signal.aborted) return
      const isFirst = report.last === null
      const { message: detail } = error as Error
      Object.assign(report, { last: { at, ok: false, detail }, failures: report.failures + 1 })
      // An address may hold a secret.
      this.#log.warn(
        { key, host: new URL(report.url).host, failures: report.failures, detail },
        'poll failed',
      )
      if (isFirst || report.failures >= TOLERATED_FAILURES)
        await this.#show(key, toFailedStatus(key, report)).catch(() => {})
    }
  }

  /** What it says already is not written: every write draws all its pictures anew. */
  async #show(key: string, status: Status): Promise<void> {
    const room = statusRoom(key)
    const shown = await this.#store.get(room, BADGE)
    if (JSON.stringify(shown) !== JSON.stringify(status)) await this.#store.set(room, BADGE, status)
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const { body, fault } = await sendOutgoing({ url, headers: { Accept: 'application/json' }, signal })
  if (fault !== undefined) throw new Error(fault)
  try {
    return JSON.parse(body)
  } catch {
    throw new Error('its answer is not JSON')
  }
}
