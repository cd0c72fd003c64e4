import type { HistoryRange } from '../cluster/history.ts'
import { wholeSteps } from '../cluster/roll-up.ts'
import type { Store } from '../cluster/store.ts'
import { checkKey } from '../widget/key.ts'
import {
  type NumberSeries,
  readPeriod,
  type SeriesPoint,
  seriesRange,
  seriesRoom,
} from '../widget/number-series.ts'
import { type Bucket, fromRow, isRows, mergeBuckets } from './bucket.ts'
import { HEAD, type SeriesHead, toHead } from './head.ts'
import { chunksOf, type Level, levelFor, nameOf, toLevels } from './levels.ts'

type Readable = Pick<Store, 'get'>

/**
 * The head of a series, and its points in a range, oldest first; those of steps without numbers are missing. Without a head
 * there is no series.
 */
export async function readSeries(
  store: Readable,
  key: string,
  range: HistoryRange,
): Promise<{ head: SeriesHead | undefined; points: SeriesPoint[] }> {
  const room = seriesRoom(key)
  const { from, to } = wholeSteps(range)
  const level = levelFor(toLevels(Number.POSITIVE_INFINITY), range.step)
  const steps = new Map<number, Bucket>()
  const head = toHead(await store.get(room, HEAD))
  if (!head) return { head, points: [] }
  const begins = chunksOf(
    level,
    Math.max(from, head.since - level.step),
    Math.min(to, head.time + level.step),
  )
  const chunks = await Promise.all(begins.map((begin) => readChunk(store, room, level, begin)))
  for (const { time, bucket } of chunks.flat()) {
    if (time < from || time >= to) continue
    const start = time - (time % range.step)
    steps.set(start, mergeBuckets(steps.get(start), bucket))
  }
  const points = [...steps]
    .toSorted(([one], [other]) => one - other)
    .map(([time, { min, max, mean, last }]) => ({ time, min, max, mean, last }))
  return { head, points }
}

/**
 * A series over a period that ends now, for widgets.
 * @throws TypeError for a period that cannot be shown, PublicError for a key that is none.
 */
export async function readNumberSeries(
  store: Readable,
  key: unknown,
  period: unknown,
  now: number,
): Promise<NumberSeries> {
  if (typeof key !== 'string') throw new TypeError(`Expected \`key\` to be text, got ${JSON.stringify(key)}`)
  checkKey(key)
  const range = seriesRange(readPeriod(period), now)
  const { head, points } = await readSeries(store, key, range)
  const { value, time, lateAt = Number.POSITIVE_INFINITY } = head ?? {}
  return { key, ...range, points, value, time, isLate: now >= lateAt }
}

async function readChunk(store: Readable, room: string, level: Level, begin: number) {
  const rows = await store.get(room, nameOf(level, begin))
  if (!isRows(rows)) return []
  return rows.map((row) => ({
    time: begin + row[0] * level.step,
    bucket: fromRow(row, begin, level.step),
  }))
}
