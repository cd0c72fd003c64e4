import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type * as z from 'zod'
import type { Bus } from '../cluster/bus.ts'
import { clusterTime } from '../cluster/cluster-time.ts'
import { HeldLeases } from '../cluster/held-leases.ts'
import type { Leases } from '../cluster/leases.ts'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { checkKey } from '../widget/key.ts'
import { intervalOf, isMetricQuery, type Poll, withoutHeaders } from './poll.ts'
import { outcomeSchema, type PollReport, type RunningPoll, toReport } from './poll-report.ts'
import { StatusReader, TooCostlyError } from './status-reader.ts'
import type { Status } from './status-schema.ts'
import { toHttpStatus } from './to-status.ts'

interface Running {
  report: RunningPoll
  /** Milliseconds until the first request. */
  delay: number
  timer: NodeJS.Timeout | undefined
  stop: AbortController
}

/** What polls fetch for: statuses, or series of numbers. */
export interface PollTarget {
  /** Begins the names of the polls' leases. */
  leases: string
  /** The rooms in whose state the polls are. */
  rooms: {
    of(key: string): string
    /** Undefined for any other room. */
    keyOf(room: string): string | undefined
  }
  /** Reads a poll that was stored. @throws Error that describes its fault */
  parse(row: unknown): Poll
  /** Takes a result. Rejects with an `Error` that describes its fault. */
  show(key: string, status: Status): Promise<void>
  /** Called for a failure that is not likely to be chance. */
  fail(key: string, poll: Poll): Promise<void>
}

/** The options of polls. */
export interface PollsInit {
  store: Store
  target: PollTarget
  bus: Bus
  leases: Leases
  client: OutgoingClient
  log: Logger
}

const NAME = '$poll'
/** The name under which the node that runs a poll stores its last result. */
const OUTCOME = '$polled'
const JSON_HEADERS = { Accept: 'application/json' }
const METRIC_HEADERS = { Accept: 'text/plain;version=0.0.4' }
/** Largest number of polls of one kind. */
export const MAX_POLLS = 500
/** A single failure may be chance: the last status stays until this number of failures in a row. */
const TOLERATED_FAILURES = 3
/** Milliseconds over which the first requests after a start are spread. */
const SPREAD = 5_000
/** Milliseconds until a poll without its lease looks again. */
const LEASE_PAUSE = 1_000
/** Minimum pause after a response that took too long to read, since more of them would delay other polls. */
const COSTLY_PAUSE = 60_000

/**
 * Fetches JSON, or metrics in text, at regular intervals and shows the result. Polls are kept in the store; the node with a
 * poll's lease runs it. Each poll has at most one request at a time and waits for no other poll.
 */
export class Polls {
  readonly #store: Store
  readonly #target: PollTarget
  readonly #bus: Bus
  readonly #leases: HeldLeases
  readonly #unsubscribe: (() => void)[]
  readonly #client: OutgoingClient
  readonly #log: Logger
  readonly #reader = new StatusReader()
  readonly #running = new Map<string, Running>()

  constructor({ store, target, bus, leases, client, log }: PollsInit) {
    this.#store = store
    this.#target = target
    this.#bus = bus
    this.#client = client
    this.#log = log
    this.#leases = new HeldLeases({
      ...{ leases, prefix: target.leases },
      onGain: (key) => this.#resume(key),
      onLoss: (key) => this.#pause(key),
    })
    const follow = (reading: Promise<void>) =>
      void reading.catch((error: Error) => log.error({ error: error.message }, 'cannot read polls again'))
    this.#unsubscribe = [
      bus.subscribe((room, change) => {
        if (change === 'settings' && target.rooms.keyOf(room) !== undefined) follow(this.#follow(room))
      }),
      bus.onReconnect(() => follow(this.#followAll())),
    ]
  }

  /** Resumes the polls from before the last stop. A damaged row is skipped and logged. */
  async load(): Promise<void> {
    for await (const [room, poll] of this.#store.list(NAME)) this.#apply(room, poll)
  }

  /** Starts to poll for a key; replaces its previous poll. @throws PublicError 409 if there are too many. */
  async set(key: string, poll: Poll): Promise<PollReport> {
    if (!this.#running.has(key) && this.#running.size >= MAX_POLLS) {
      const caption = `there are already ${MAX_POLLS} polls, which is the limit`
      throw new PublicError({ code: 'too-many-polls', status: 409, caption })
    }
    const room = this.#target.rooms.of(key)
    await Promise.all([
      this.#store.set(room, NAME, poll, { durable: true }),
      this.#store.delete(room, OUTCOME),
    ])
    this.#stop(key)
    const report = toReport(this.#start(key, poll, 0))
    this.#bus.publish(room, 'settings')
    return report
  }

  async get(key: string): Promise<PollReport | undefined> {
    const running = this.#running.get(key)
    return running && this.#report(key, running)
  }

  /** Deletes a poll; its last result stays. Returns whether there was one. */
  async delete(key: string): Promise<boolean> {
    if (!this.#stop(key)) return false
    const room = this.#target.rooms.of(key)
    await Promise.all([this.#store.delete(room, NAME, { durable: true }), this.#store.delete(room, OUTCOME)])
    this.#bus.publish(room, 'settings')
    return true
  }

  /** Every poll, by key. */
  async list(): Promise<Map<string, PollReport>> {
    const running = [...this.#running]
    const reports = await Promise.all(running.map(([key, each]) => this.#report(key, each)))
    return new Map(running.flatMap(([key], index) => (reports[index] ? [[key, reports[index]]] : [])))
  }

  /** Aborts all requests. The polls stay in the store. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    for (const key of [...this.#running.keys()]) this.#stop(key)
    this.#leases.close()
    void this.#reader.close()
  }

  #start(key: string, poll: Poll, delay: number): RunningPoll {
    const running: Running = {
      report: { ...poll, last: null, failures: 0 },
      delay,
      timer: undefined,
      stop: new AbortController(),
    }
    this.#running.set(key, running)
    void this.#leases.add(key)
    return running.report
  }

  #stop(key: string): boolean {
    this.#pause(key)
    this.#leases.delete(key)
    return this.#running.delete(key)
  }

  /** Continues with the last result of the node that ran the poll before. */
  async #resume(key: string): Promise<void> {
    const running = this.#running.get(key)
    if (!running) return
    if (running.stop.signal.aborted) running.stop = new AbortController()
    const { signal } = running.stop
    const outcome = await this.#outcome(key).catch(() => undefined)
    if (signal.aborted) return
    Object.assign(running.report, outcome)
    // A pause that the other server requested outlives a restart.
    const pause = (running.report.notBefore ?? 0) - clusterTime(this.#store)
    this.#schedule(key, running, Math.max(running.delay, pause))
  }

  /** Stops the requests of a poll. */
  #pause(key: string): void {
    const running = this.#running.get(key)
    clearTimeout(running?.timer)
    running?.stop.abort(new Error('the poll was stopped'))
  }

  /** A poll may have been added, changed or deleted by another node. */
  async #follow(room: string): Promise<void> {
    const row = await this.#store.get(room, NAME)
    const key = this.#target.rooms.keyOf(room)
    if (row !== undefined) this.#apply(room, row)
    else if (key !== undefined) this.#stop(key)
  }

  /** Messages were lost: compares every poll with the store. */
  async #followAll(): Promise<void> {
    const rooms = new Set([...this.#running.keys()].map((key) => this.#target.rooms.of(key)))
    for await (const [room] of this.#store.list(NAME)) rooms.add(room)
    for (const room of rooms) await this.#follow(room)
  }

  /** Starts a stored poll, unless it already runs with the same settings. */
  #apply(room: string, row: unknown): void {
    const key = this.#target.rooms.keyOf(room)
    // That of another kind of polls.
    if (key === undefined) return
    try {
      checkKey(key)
      const poll = this.#target.parse(row)
      const running = this.#running.get(key)
      if (running && isDeepStrictEqual(this.#target.parse(running.report), poll)) return
      this.#stop(key)
      this.#start(key, poll, Math.random() * SPREAD)
    } catch (error) {
      this.#log.error({ room, error: (error as Error).message }, 'skipped a damaged poll in the store')
    }
  }

  /** The last result of a poll on the node that runs it. */
  async #report(key: string, { report }: Running): Promise<PollReport> {
    return toReport(this.#leases.has(key) ? report : { ...report, ...(await this.#outcome(key)) })
  }

  async #outcome(key: string): Promise<z.infer<typeof outcomeSchema> | undefined> {
    return outcomeSchema.safeParse(await this.#store.get(this.#target.rooms.of(key), OUTCOME)).data
  }

  async #keepOutcome(key: string, { last, failures, notBefore }: RunningPoll): Promise<void> {
    await this.#store.set(this.#target.rooms.of(key), OUTCOME, { last, failures, notBefore }).catch(() => {})
  }

  #schedule(key: string, running: Running, delay: number): void {
    const { signal } = running.stop
    const next = () => {
      // This process was suspended, so that another node may poll now.
      if (!this.#leases.has(key)) return this.#schedule(key, running, LEASE_PAUSE)
      void this.#poll(key, running).then((pause) => {
        if (!signal.aborted) this.#schedule(key, running, Math.max(intervalOf(running.report), pause))
      })
    }
    running.timer = setTimeout(next, delay).unref()
  }

  /** Never rejects. @returns the minimum pause before the next request, in milliseconds. */
  async #poll(key: string, running: Running): Promise<number> {
    const { report, stop } = running
    const { signal } = stop
    const at = new Date().toISOString()
    let pause = 0
    try {
      const startedAt = performance.now()
      const headers = { ...(isMetricQuery(report.query) ? METRIC_HEADERS : JSON_HEADERS), ...report.headers }
      const response = await this.#client.open({ url: report.url, headers, signal })
      const took = performance.now() - startedAt
      const isHttp = report.kind === 'http'
      if (isHttp || response.fault !== undefined) response.close()
      if (response.fault !== undefined && !(isHttp && response.status < 400)) {
        pause = response.retryAfter ?? 0
        throw new Error(response.fault)
      }
      const status = isHttp
        ? toHttpStatus(key, report, { status: response.status, took })
        : await this.#reader.read({ key, poll: withoutHeaders(report), text: await response.text() })
      if (signal.aborted || !this.#leases.has(key)) return 0
      await this.#target.show(key, status)
      if (report.failures > 0) this.#log.info({ key, failures: report.failures }, 'poll works again')
      const last = { at, ok: true, detail: status.message }
      Object.assign(report, { last, failures: 0, notBefore: undefined })
    } catch (error) {
      if (signal.aborted) return 0
      if (error instanceof TooCostlyError) pause = Math.max(pause, COSTLY_PAUSE)
      await this.#fail(key, report, { at, ok: false, detail: (error as Error).message })
    }
    if (pause > 0) report.notBefore = clusterTime(this.#store) + pause
    if (!signal.aborted) await this.#keepOutcome(key, report)
    return pause
  }

  async #fail(key: string, report: RunningPoll, last: NonNullable<PollReport['last']>): Promise<void> {
    const isFirst = report.last === null
    Object.assign(report, { last, failures: report.failures + 1 })
    // Only the host: a URL may contain a secret.
    const facts = { key, host: new URL(report.url).host, detail: last.detail }
    // One line for each outage.
    this.#log[report.failures === 1 ? 'warn' : 'debug'](facts, 'poll failed, will retry')
    if (isFirst || report.kind === 'http' || report.failures >= TOLERATED_FAILURES)
      await this.#target.fail(key, report).catch((error: Error) => {
        this.#log.error({ key, error: error.message }, 'cannot write the status of a failed poll')
      })
  }
}
