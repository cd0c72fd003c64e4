import { BitReader, BitWriter, LARGEST, riceLength } from './bits.ts'
import { emptyMinute, type Hour, MINUTE } from './minute.ts'

/** Means are kept in quarters of a person: what is finer is noise, and would be most of the bytes. */
const PARTS = 4
const PART = MINUTE / PARTS
const COLUMNS = 5
/** Stands for a column of nothing but zeros. */
const ZEROS = 15

/** A minute as it is kept: small numbers, for minutes are like the one before, and peaks are near means. */
type Row = [meanChange: number, peakOver: number, extraChange: number, extraPeak: number, hits: number]

/**
 * An hour in as few bytes as it needs, 10 to 100 where anybody watched: which minutes, then column by column what changed from
 * minute to minute, each column in the code of Golomb and Rice that is the shortest for it.
 */
export function encodeHour(hour: Hour): Uint8Array {
  const minutes = [...hour.keys()].sort((a, b) => a - b)
  const [first = 0, last = first] = [minutes[0], minutes.at(-1)]
  const rows = toRows(hour, first, last)
  const writer = new BitWriter()
  writer.bits(first, 6)
  writer.bits(last - first, 6)
  const columns = Array.from({ length: COLUMNS }, (_, column) => rows.map((row) => row[column] ?? 0))
  const codes = columns.map(bestCode)
  for (const code of codes) writer.bits(code, 4)
  columns.forEach((column, index) => {
    const code = codes[index] ?? ZEROS
    if (code !== ZEROS) for (const value of column) writer.rice(value, code)
  })
  return writer.toBytes()
}

/** Reads what `encodeHour` wrote. Never throws: of damaged bytes it makes some hour. */
export function decodeHour(bytes: Uint8Array): Hour {
  const reader = new BitReader(bytes)
  const first = reader.bits(6)
  const length = reader.bits(6) + 1
  const codes = Array.from({ length: COLUMNS }, () => reader.bits(4))
  const columns = codes.map((code) => Array.from({ length }, () => (code === ZEROS ? 0 : reader.rice(code))))
  const hour: Hour = new Map()
  let [mean, extra] = [0, 0]
  for (let row = 0; row < length; row += 1) {
    const [meanChange = 0, peakOver = 0, extraChange = 0, extraPeak = 0, hits = 0] = columns.map(
      (column) => column[row] ?? 0,
    )
    mean += fromZigzag(meanChange)
    extra += fromZigzag(extraChange)
    const visitorsPeak = Math.ceil(mean / PARTS) + peakOver
    const connectionsPeak = Math.max(visitorsPeak, Math.ceil((mean + extra) / PARTS)) + extraPeak
    if (connectionsPeak === 0 && hits === 0) continue
    const [visitorsTime, connectionsTime] = [mean * PART, (mean + extra) * PART]
    hour.set((first + row) % 60, { visitorsPeak, visitorsTime, connectionsPeak, connectionsTime, hits })
  }
  return hour
}

function toRows(hour: Hour, first: number, last: number): Row[] {
  let [lastMean, lastExtra] = [0, 0]
  return Array.from({ length: last - first + 1 }, (_, row): Row => {
    const minute = hour.get(first + row) ?? emptyMinute()
    // A clock that jumped back lived a minute twice: no mean is above its peak for that.
    const visitorsPeak = clamp(minute.visitorsPeak, 1e8)
    const connectionsPeak = clamp(Math.max(minute.connectionsPeak, visitorsPeak), 1e8)
    const mean = clamp(Math.round(minute.visitorsTime / PART), visitorsPeak * PARTS)
    const all = clamp(Math.round(minute.connectionsTime / PART), connectionsPeak * PARTS)
    const extra = all - mean
    const values: Row = [
      toZigzag(mean - lastMean),
      visitorsPeak - Math.ceil(mean / PARTS),
      toZigzag(extra - lastExtra),
      connectionsPeak - Math.max(visitorsPeak, Math.ceil(all / PARTS)),
      clamp(minute.hits, LARGEST),
    ]
    lastMean = mean
    lastExtra = extra
    return values
  })
}

function bestCode(column: readonly number[]): number {
  if (column.every((value) => value === 0)) return ZEROS
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < ZEROS; k += 1) {
    let length = 0
    for (const value of column) length += riceLength(value, k)
    // The cost falls to its least and rises from there.
    if (length > least) break
    best = k
    least = length
  }
  return best
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}

/** 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ... */
function toZigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2
}

function fromZigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2
}
