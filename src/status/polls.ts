import type { Logger } from 'pino'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { checkKey } from '../widget/key.ts'
import { parseRoom } from '../widget/room.ts'
import { intervalOf, type Poll, parsePoll } from './poll.ts'
import { StatusReader, TooCostlyError } from './status-reader.ts'
import { STATUS_WIDGET, statusRoom } from './status-room.ts'
import { BADGE, type Status } from './status-schema.ts'
import { toFailedStatus } from './to-status.ts'

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

/** What polls work with. */
export interface PollsInit {
  store: Store
  client: OutgoingClient
  log: Logger
}

const NAME = '$poll'
const HEADERS = { Accept: 'application/json' }
/** Largest number of statuses in a list. */
const MAX_STATUSES = 10_000
/** Largest number of polls. */
export const MAX_POLLS = 500
/** A single failure may be chance: the last status stays until this many in a row. */
const TOLERATED_FAILURES = 3
/** Milliseconds over which the first requests after a start are spread. */
const SPREAD = 5_000
/** Shortest pause after a response that took too long to read: its like would keep others waiting. */
const COSTLY_PAUSE = 60_000

/**
 * Fetches JSON for statuses at regular intervals and shows what it says. Kept in the store. Each poll has at most one
 * request under way and waits for no other poll.
 */
export class Polls {
  readonly #store: Store
  readonly #client: OutgoingClient
  readonly #log: Logger
  readonly #reader = new StatusReader()
  readonly #running = new Map<string, Running>()

  constructor({ store, client, log }: PollsInit) {
    this.#store = store
    this.#client = client
    this.#log = log
  }

  /** Resumes the polls of before the last stop. A damaged row is skipped and logged. */
  async load(): Promise<void> {
    for await (const [room, poll] of this.#store.list(NAME)) {
      try {
        const { widget, key } = parseRoom(room)
        if (widget !== STATUS_WIDGET) throw new TypeError(`expected a room of ${STATUS_WIDGET}`)
        checkKey(key)
        this.#start(key, parsePoll(poll), Math.random() * SPREAD)
      } catch (error) {
        this.#log.error({ room, error: (error as Error).message }, 'skipped a damaged poll in the store')
      }
    }
  }

  /** Starts to poll for a status; replaces its previous poll. @throws PublicError 409 for one too many. */
  async set(key: string, poll: Poll): Promise<PollReport> {
    if (!this.#running.has(key) && this.#running.size >= MAX_POLLS) {
      const caption = `there are ${MAX_POLLS} polls, and there can be no more`
      throw new PublicError({ code: 'too-many-polls', status: 409, caption })
    }
    await this.#store.set(statusRoom(key), NAME, poll, { durable: true })
    this.#stop(key)
    return this.#start(key, poll, 0)
  }

  get(key: string): PollReport | undefined {
    return this.#running.get(key)?.report
  }

  /** Stops one; the last status stays. Returns whether there was one. */
  async delete(key: string): Promise<boolean> {
    if (!this.#stop(key)) return false
    await this.#store.delete(statusRoom(key), NAME, { durable: true })
    return true
  }

  /** Every status, polled or not, by key. */
  async list(): Promise<StatusRow[]> {
    const rows = new Map<string, StatusRow>()
    for await (const [room, status] of this.#store.list(BADGE)) {
      const { widget, key } = parseRoom(room)
      if (rows.size >= MAX_STATUSES) break
      if (widget === STATUS_WIDGET) rows.set(key, { key, status: status as Status, poll: null })
    }
    for (const [key, { report }] of this.#running)
      rows.set(key, { key, status: rows.get(key)?.status ?? null, poll: report })
    return [...rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
  }

  /** Aborts all requests. The polls stay in the store. */
  close(): void {
    for (const key of [...this.#running.keys()]) this.#stop(key)
    void this.#reader.close()
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
    running?.stop.abort(new Error('the poll was stopped'))
    return this.#running.delete(key)
  }

  #schedule(key: string, running: Running, delay: number): void {
    const next = () => {
      void this.#poll(key, running).then((pause) => {
        if (running.stop.signal.aborted) return
        this.#schedule(key, running, Math.max(intervalOf(running.report), pause))
      })
    }
    running.timer = setTimeout(next, delay).unref()
  }

  /** Never rejects. @returns the shortest pause before the next request, in milliseconds. */
  async #poll(key: string, { report, stop }: Running): Promise<number> {
    const { signal } = stop
    const at = new Date().toISOString()
    let pause = 0
    try {
      const response = await this.#client.open({ url: report.url, headers: HEADERS, signal })
      if (response.fault !== undefined) {
        pause = response.retryAfter ?? 0
        response.close()
        throw new Error(response.fault)
      }
      const status = await this.#reader.read({ key, poll: report, text: await response.text() })
      if (signal.aborted) return 0
      await this.#show(key, status)
      if (report.failures > 0) this.#log.info({ key, failures: report.failures }, 'poll works again')
      Object.assign(report, { last: { at, ok: true, detail: status.message }, failures: 0 })
    } catch (error) {
      if (signal.aborted) return 0
      if (error instanceof TooCostlyError) pause = Math.max(pause, COSTLY_PAUSE)
      await this.#fail(key, report, { at, ok: false, detail: (error as Error).message })
    }
    return pause
  }

  async #fail(key: string, report: PollReport, last: NonNullable<PollReport['last']>): Promise<void> {
    const isFirst = report.last === null
    Object.assign(report, { last, failures: report.failures + 1 })
    // Only the host: an address may hold a secret.
    const facts = { key, host: new URL(report.url).host, detail: last.detail }
    // One line an outage.
    this.#log[report.failures === 1 ? 'warn' : 'debug'](facts, 'poll failed, will retry')
    if (isFirst || report.failures >= TOLERATED_FAILURES)
      await this.#show(key, toFailedStatus(key, report)).catch((error: Error) => {
        this.#log.error({ key, error: error.message }, 'cannot write the status of a failed poll')
      })
  }

  /** Writes only a change: every write redraws all pictures of the room. */
  async #show(key: string, status: Status): Promise<void> {
    const room = statusRoom(key)
    const shown = await this.#store.get(room, BADGE)
    if (JSON.stringify(shown) !== JSON.stringify(status)) await this.#store.set(room, BADGE, status)
  }
}
