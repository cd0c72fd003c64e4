import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { decodeGolombHour } from './golomb-hour.ts'
import { emptyMinute, type Hour, MINUTE, type Minute } from './minute.ts'

/** Means are stored in quarters of a person: finer steps are noise, and would take most of the bytes. */
export const PART = MINUTE / 4
const PARTS = 4

/**
 * The first byte of a blob: the coding of the rest. The previous coding had no such byte; its first byte is at most 239.
 */
const PLAIN = 0xf1
const DEFLATED = 0xf2
const FIRST_VERSION = 0xf0

/** Shorter bodies do not become shorter by deflating. */
const MIN_DEFLATED_BYTES = 24
/** 60 minutes of five numbers of at most five bytes each, and the head. */
const MAX_BODY = 60 * 5 * 5 + 8
const COLUMNS = 5
/** The largest number that can be stored. */
const MAX_UINT32 = 0xff_ff_ff_ff
const MAX_PEAK = 1e8

/**
 * Encodes an hour: a version byte, then the first minute and the number of minutes, a bit for each column that is not
 * all zeros, and those columns as varints. Bodies that become shorter are deflated (RFC 1951).
 */
export function encodeHour(hour: Hour): Uint8Array {
  let [first, last] = [59, 0]
  for (const minute of hour.keys()) {
    first = Math.min(first, minute)
    last = Math.max(last, minute)
  }
  if (hour.size === 0) first = last
  const count = last - first + 1
  const columns = toColumns(hour, first, count)
  const bytes = [PLAIN, first, last - first, 0]
  let mask = 0
  for (let column = 0; column < COLUMNS; column += 1) {
    const numbers = columns.slice(column * count, (column + 1) * count)
    if (numbers.every((number) => number === 0)) continue
    mask |= 1 << column
    for (const number of numbers) pushVarint(bytes, number)
  }
  bytes[3] = mask
  const plain = new Uint8Array(bytes)
  if (plain.length <= MIN_DEFLATED_BYTES) return plain
  // The smallest window and state: the body is a few hundred bytes.
  const deflated = deflateRawSync(plain.subarray(1), { level: 9, windowBits: 9, memLevel: 1 })
  return deflated.length + 1 < plain.length ? Uint8Array.of(DEFLATED, ...deflated) : plain
}

/** Decodes an hour of any version; undefined for a damaged blob. */
export function decodeHour(bytes: Uint8Array): Hour | undefined {
  const [version = 0] = bytes
  try {
    if (version < FIRST_VERSION) return bytes.length === 0 ? undefined : decodeGolombHour(bytes)
    if (version === PLAIN) return decodeBody(bytes.subarray(1))
    if (version !== DEFLATED) return undefined
    return decodeBody(inflateRawSync(bytes.subarray(1), { maxOutputLength: MAX_BODY }))
  } catch {
    return undefined
  }
}

/** @throws RangeError for a body that is too short, too long, or has impossible numbers. */
function decodeBody(body: Uint8Array): Hour {
  const [first = 60, more = 60, mask = 0xff] = body
  if (first + more > 59 || mask >= 1 << COLUMNS) throw new RangeError('no such minutes')
  const reader = { at: 3, body }
  const count = more + 1
  const columns = new Array<number>(COLUMNS * count).fill(0)
  for (let at = 0; at < columns.length; at += 1)
    if (mask & (1 << Math.floor(at / count))) columns[at] = readVarint(reader)
  if (reader.at !== body.length) throw new RangeError('bytes after the last minute')
  const hour: Hour = new Map()
  const at = (column: number, row: number): number => columns[column * count + row] ?? 0
  let [mean, extra] = [0, 0]
  for (let row = 0; row < count; row += 1) {
    const [meanChange, peakOver, extraChange, extraPeak, hits] = [
      at(0, row),
      at(1, row),
      at(2, row),
      at(3, row),
      at(4, row),
    ]
    mean += fromZigzag(meanChange)
    extra += fromZigzag(extraChange)
    if (mean < 0 || extra < 0) throw new RangeError('a mean below zero')
    const visitorsPeak = Math.ceil(mean / PARTS) + peakOver
    const connectionsPeak = Math.max(visitorsPeak, Math.ceil((mean + extra) / PARTS)) + extraPeak
    if (connectionsPeak === 0 && hits === 0) continue
    const [visitorsTime, connectionsTime] = [mean * PART, (mean + extra) * PART]
    hour.set(first + row, { visitorsPeak, visitorsTime, connectionsPeak, connectionsTime, hits })
  }
  return hour
}

/**
 * The minutes of an hour as small numbers, column by column: minutes are similar to the previous one, and peaks to means.
 * The columns are the change of the mean, the peak over it, the same of the connections beyond the visitors, and the hits.
 * Without an allocation for each number: every watched room is saved each 40 s.
 */
function toColumns(hour: Hour, first: number, count: number): number[] {
  const columns = new Array<number>(COLUMNS * count).fill(0)
  const put = (column: number, row: number, value: number) => {
    columns[column * count + row] = value
  }
  let [lastMean, lastExtra] = [0, 0]
  for (let row = 0; row < count; row += 1) {
    const minute = clampMinute(hour.get(first + row) ?? emptyMinute())
    const mean = Math.round(minute.visitorsTime / PART)
    const all = Math.round(minute.connectionsTime / PART)
    const extra = Math.max(0, all - mean)
    put(0, row, toZigzag(mean - lastMean))
    put(1, row, minute.visitorsPeak - Math.ceil(mean / PARTS))
    put(2, row, toZigzag(extra - lastExtra))
    put(3, row, minute.connectionsPeak - Math.max(minute.visitorsPeak, Math.ceil((mean + extra) / PARTS)))
    put(4, row, minute.hits)
    lastMean = mean
    lastExtra = extra
  }
  return columns
}

/** Keeps the mean at or below the peak, even for a minute that was recorded twice after the clock was set back. */
function clampMinute({ visitorsPeak, visitorsTime, connectionsPeak, connectionsTime, hits }: Minute): Minute {
  const visitors = clamp(visitorsPeak, MAX_PEAK)
  const connections = clamp(Math.max(connectionsPeak, visitors), MAX_PEAK)
  return {
    visitorsPeak: visitors,
    visitorsTime: clamp(visitorsTime, visitors * MINUTE),
    connectionsPeak: connections,
    connectionsTime: clamp(connectionsTime, connections * MINUTE),
    hits: clamp(hits, MAX_UINT32),
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(value, max))
}

/** Seven bits a byte, the lowest first; all but the last byte have the highest bit set. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  bytes.push(rest)
}

function readVarint(reader: { at: number; readonly body: Uint8Array }): number {
  let value = 0
  for (let factor = 1; factor <= 2 ** 28; factor *= 0x80) {
    const byte = reader.body[reader.at]
    if (byte === undefined) throw new RangeError('a number without an end')
    reader.at += 1
    value += (byte % 0x80) * factor
    if (byte < 0x80) return value
  }
  throw new RangeError('a number of more than five bytes')
}

/** Maps 0, -1, 1, -2, 2 ... to 0, 1, 2, 3, 4 ... */
function toZigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2
}

function fromZigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2
}
