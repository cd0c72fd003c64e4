import { badRequest, type Fault, quote } from '../errors.ts'
import { toIso } from '../widget/date.ts'
import { readTime } from '../widget/time-text.ts'
import type { Sample } from './bucket.ts'

/** The times that numbers can have, in milliseconds since the epoch. */
export interface SampleTimes {
  now: number
  oldest: number
}

/** Most numbers in one request. */
export const MAX_SAMPLES = 10_000
/** The clock of a script may be ahead by this: its numbers are of now. */
const TOLERANCE = 60_000
/** Most faults that are named. */
const MAX_FAULTS = 10
const CAPTION = 'expected a number, or numbers as JSON lines'
const EXPECTED = 'expected a number, or {"value": 42.5, "time": "2026-01-31T12:00:00Z"}'

/**
 * Reads a body of numbers: one number, or lines that are each a number or an object with `value` and `time`. A number
 * without a time is of now.
 * @throws PublicError 400 that names the wrong lines.
 */
export function parseSamples(text: string, times: SampleTimes): Sample[] {
  const items = toItems(text)
  if (items.length === 0) throw badSamples([{ name: 'body', detail: `${EXPECTED}, got nothing` }])
  if (items.length > MAX_SAMPLES)
    throw badSamples([
      { name: 'body', detail: `expected at most ${MAX_SAMPLES} numbers, got ${items.length}` },
    ])
  const faults: Fault[] = []
  const samples: Sample[] = []
  for (const { name, value, fault } of items) {
    const read = fault ?? readSample(value, times)
    if (typeof read === 'string') faults.push({ name, detail: read })
    else samples.push(read)
    if (faults.length === MAX_FAULTS) break
  }
  if (faults.length > 0) throw badSamples(faults)
  return samples
}

interface Item {
  name: string
  value?: unknown
  fault?: string
}

function toItems(text: string): Item[] {
  const whole = parse(text)
  if (Array.isArray(whole)) return whole.map((value, index) => ({ name: `item ${index + 1}`, value }))
  if (whole !== undefined) return [{ name: 'body', value: whole }]
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const isOne = lines.filter((line) => line.trim() !== '').length === 1
  return lines.flatMap((line, index): Item[] => {
    const words = line.trim()
    if (words === '') return []
    const value = parse(words)
    const name = isOne ? 'body' : `line ${index + 1}`
    return value === undefined ? [{ name, fault: `${EXPECTED}, got ${quote(words)}` }] : [{ name, value }]
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns a sample, or the fault of a value. */
function readSample(given: unknown, { now, oldest }: SampleTimes): Sample | string {
  if (typeof given === 'number') return readValue(given) ?? { value: given + 0, time: now }
  if (typeof given !== 'object' || given === null || !('value' in given))
    return `${EXPECTED}, got ${quote(given)}`
  const { value, time = now, ...rest } = given as Record<string, unknown>
  const [extra] = Object.keys(rest)
  if (extra !== undefined) return `expected only value and time, got ${quote(extra)}`
  const fault = readValue(value)
  if (fault !== undefined) return fault
  const at = readTime(String(time))
  if (at === undefined)
    return `expected a time in ISO 8601 with its zone, or milliseconds since the epoch, got ${quote(time)}`
  if (at > now + TOLERANCE) return `expected a time up to now, ${toIso(now)}, got ${quote(toIso(at))}`
  if (at < oldest)
    return `expected a time since ${toIso(oldest)}, as numbers are kept so long, got ${quote(toIso(at))}`
  // `+ 0` turns -0 into 0.
  return { value: (value as number) + 0, time: Math.min(at, now) }
}

function readValue(value: unknown): string | undefined {
  if (typeof value !== 'number') return `expected a number as value, got ${quote(value)}`
  return Number.isFinite(value) ? undefined : 'expected a number below 1.8e308, got a larger one'
}

function badSamples(faults: Fault[]) {
  return badRequest('bad-numbers', CAPTION, faults)
}
