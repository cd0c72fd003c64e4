import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import { seriesKeyOf, seriesRoom } from '../widget/number-series.ts'
import { type BucketRow, fromRow, isRows, mergeBuckets, type Sample, toBucket, toRow } from './bucket.ts'
import { HEAD, type SeriesHead, toHead } from './head.ts'
import { chunksOf, type Level, nameOf, toLevels } from './levels.ts'

/** The parts and limits that series work with. */
export interface SeriesListInit {
  store: Store
  bus: Bus
  log: Logger
  /** Milliseconds after which hours are deleted. */
  retention: number
  maxSeries: number
  /** Milliseconds since the epoch. @default the clock */
  now?: () => number
}

/** A series without its steps. */
export interface ListedSeries extends SeriesHead {
  key: string
}

const HOUR = 3_600_000
/** A series is idle, and makes place for a new one, after this time without a number. */
const IDLE_TIME = HOUR
/** Steps that are too old are deleted this often. */
const SWEEP_INTERVAL = 300_000
/** Stored series are counted for operators at most this often. */
const COUNT_INTERVAL = 60_000

/**
 * All series of pushed numbers. Each is kept in the store as steps of a second, a minute and an hour, each with its
 * smallest, largest, mean and newest number, so that a spike stays visible however long ago it was.
 */
export class SeriesList {
  readonly #init: SeriesListInit
  readonly #now: () => number
  readonly #levels: readonly Level[]
  readonly #numbers = { push: 0, poll: 0 }
  #stored = 0
  #countedAt = Number.NEGATIVE_INFINITY
  #creating: Promise<unknown> = Promise.resolve()
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(init: SeriesListInit) {
    this.#init = init
    this.#now = init.now ?? Date.now
    this.#levels = toLevels(init.retention)
  }

  /** For operators. Counts the stored series again, later, if that was over a minute ago: another server may change them. */
  get figures(): { stored: number; limit: number; numbers: Readonly<Record<'push' | 'poll', number>> } {
    // If the store cannot be read, the last count stands.
    if (performance.now() - this.#countedAt >= COUNT_INTERVAL) this.load().catch(() => {})
    return { stored: this.#stored, limit: this.#init.maxSeries, numbers: this.#numbers }
  }

  /** Counts the stored series. */
  async load(): Promise<void> {
    this.#countedAt = performance.now()
    this.#stored = (await this.list()).length
  }

  /** The oldest time that a number can have, in milliseconds since the epoch. */
  get oldest(): number {
    return this.#now() - this.#init.retention
  }

  /**
   * Adds numbers, in any order; every open picture of the series changes. Resolves when they are saved.
   * @param ttl milliseconds after which the next number is late. @default never
   * @param source where they came from, for operators.
   * @throws PublicError 409 if there are too many series, 503 if the numbers cannot be saved.
   */
  async add(
    key: string,
    samples: readonly Sample[],
    ttl?: number,
    source: 'push' | 'poll' = 'push',
  ): Promise<SeriesHead> {
    const { store, bus } = this.#init
    const room = seriesRoom(key)
    if (!toHead(await store.get(room, HEAD))) await this.#inTurn(() => this.#makePlace(room))
    const now = this.#now()
    const durable = { durable: true }
    const saving = this.#levels.flatMap((level) =>
      [...byChunk(samples, level, now)].map(([begin, added]) =>
        store.update(room, nameOf(level, begin), (rows) => addRows(rows, added, begin, level.step), durable),
      ),
    )
    const heading = store.update(room, HEAD, (head) => addToHead(toHead(head), samples, now, ttl), durable)
    const [head] = await Promise.all([heading, ...saving])
    this.#numbers[source] += samples.length
    bus.publish(room, 'state')
    this.#sweep(now)
    return head as SeriesHead
  }

  /** What is known of a series; undefined if it has no number. */
  async get(key: string): Promise<SeriesHead | undefined> {
    return toHead(await this.#init.store.get(seriesRoom(key), HEAD))
  }

  /** All series, by key. */
  async list(): Promise<ListedSeries[]> {
    const all: ListedSeries[] = []
    for await (const [room, stored] of this.#init.store.list(HEAD)) {
      const [key, head] = [seriesKeyOf(room), toHead(stored)]
      if (key !== undefined && head) all.push({ key, ...head })
    }
    return all
  }

  /** Deletes a series with all its numbers. Returns whether there was one. */
  async delete(key: string): Promise<boolean> {
    const { store, bus } = this.#init
    const room = seriesRoom(key)
    const head = toHead(await store.get(room, HEAD))
    if (!head) return false
    const now = this.#now()
    const names = this.#levels.flatMap((level) => {
      const from = Math.max(head.since, now - level.kept - level.chunk)
      return chunksOf(level, from, Math.max(now, head.time) + level.step).map((begin) => nameOf(level, begin))
    })
    await Promise.all(names.map((name) => store.delete(room, name)))
    const isDeleted = await store.delete(room, HEAD, { durable: true })
    if (isDeleted) this.#stored = Math.max(0, this.#stored - 1)
    bus.publish(room, 'state')
    return isDeleted
  }

  /** The series that has been without a number for longest makes place for a new one. */
  async #makePlace(room: string): Promise<void> {
    const { store, maxSeries, log } = this.#init
    // Another call may have created it meanwhile.
    if (toHead(await store.get(room, HEAD))) return
    const all = await this.list()
    if (all.length < maxSeries) {
      this.#stored = all.length + 1
      return
    }
    const [idlest] = all.toSorted((one, other) => one.seen - other.seen)
    if (!idlest || this.#now() - idlest.seen < IDLE_TIME) {
      const caption = `there are already ${maxSeries} series in use, which is the limit`
      throw new PublicError({ code: 'too-many-series', status: 409, caption })
    }
    await this.delete(idlest.key)
    this.#stored = maxSeries
    log.info({ series: idlest.key }, 'deleted the series that was idle for longest, to make place')
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#creating.catch(() => {}).then(act)
    this.#creating = turn
    return turn
  }

  /** If that fails, it is repeated with the next one. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_INTERVAL) return
    this.#sweptAt = now
    for (const level of this.#levels)
      this.#init.store.deleteNames(level.prefix, nameOf(level, Math.max(0, now - level.kept))).catch(() => {})
  }
}

/** The samples that a level still keeps, by the beginning of their chunk. */
function byChunk(samples: readonly Sample[], { chunk, kept }: Level, now: number): Map<number, Sample[]> {
  const chunks = new Map<number, Sample[]>()
  for (const sample of samples) {
    if (sample.time < now - kept) continue
    const begin = sample.time - (sample.time % chunk)
    const known = chunks.get(begin)
    if (known) known.push(sample)
    else chunks.set(begin, [sample])
  }
  return chunks
}

function addRows(stored: unknown, samples: readonly Sample[], begin: number, step: number): BucketRow[] {
  const rows = new Map((isRows(stored) ? stored : []).map((row) => [row[0], row]))
  for (const sample of samples) {
    const index = Math.floor((sample.time - begin) / step)
    const row = rows.get(index)
    const bucket = mergeBuckets(row && fromRow(row, begin, step), toBucket(sample))
    rows.set(index, toRow(index, bucket, step))
  }
  return [...rows.values()].sort(([one], [other]) => one - other)
}

function addToHead(
  head: SeriesHead | undefined,
  samples: readonly Sample[],
  now: number,
  ttl: number | undefined,
): SeriesHead {
  let { value, time, since } = head ?? {
    value: 0,
    time: Number.NEGATIVE_INFINITY,
    since: Number.POSITIVE_INFINITY,
  }
  for (const sample of samples) {
    since = Math.min(since, sample.time)
    if (sample.time >= time) ({ value, time } = sample)
  }
  return { value, time, since, seen: now, ...(ttl !== undefined && { lateAt: now + ttl }) }
}
