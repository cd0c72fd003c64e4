import { badRequest, type Fault, quote } from '../errors.ts'
import { findUrlFault } from '../system/outgoing.ts'
import { formatDuration, parseDuration } from '../widget/duration.ts'
import { formatCondition, parseCondition } from './condition.ts'

/** What somebody wishes to be told of, and where. */
export interface HookOrder {
  url: string
  /** A condition, as `formatCondition` writes it. */
  when: string
  /** How long it has to hold: a time with its unit. */
  for: string
}

/** A hook as it is kept. */
export interface Hook extends HookOrder {
  id: string
  /** Signs what is sent: `whsec_` and 32 random bytes in Base64. */
  secret: string
  /** Milliseconds since 1970. */
  created: number
  /** Whether its condition was told of, and has held ever since. */
  hasFired: boolean
}

const LONGEST_WHEN = 300
const LONGEST_FOR = 86_400_000

/** Reads a hook out of a request's body. @throws PublicError 400 that names every wrong field. */
export function parseHook(body: unknown): HookOrder {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badHook([{ name: 'body', detail: `expected a JSON object, got ${quote(body)}` }])
  }
  const { url, when, for: duration = '0ms' } = body as Record<string, unknown>
  const faults: Fault[] = []
  const urlFault = findUrlFault(url)
  if (urlFault !== undefined) faults.push({ name: 'url', detail: `expected ${urlFault}` })
  const condition = readCondition(when, faults)
  const time = typeof duration === 'string' ? (parseDuration(duration) ?? Number.NaN) : Number.NaN
  if (!(time >= 0 && time <= LONGEST_FOR)) {
    const expected = `expected a time with its unit up to ${formatDuration(LONGEST_FOR)}, like 1m`
    faults.push({ name: 'for', detail: `${expected}, got ${quote(duration)}` })
  }
  if (faults.length > 0) throw badHook(faults)
  return { url: url as string, when: condition, for: formatDuration(time) }
}

/** How long a hook's condition has to hold, in milliseconds. */
export function durationOf({ for: duration }: HookOrder): number {
  return parseDuration(duration) ?? 0
}

function readCondition(when: unknown, faults: Fault[]): string {
  try {
    if (typeof when === 'string' && when.length <= LONGEST_WHEN) return formatCondition(parseCondition(when))
    const expected = `expected a condition of at most ${LONGEST_WHEN} characters`
    throw new TypeError(`${expected}, like visitors(online/blog) > 100, got ${quote(when)}`)
  } catch (error) {
    faults.push({ name: 'when', detail: (error as Error).message })
    return ''
  }
}

function badHook(faults: Fault[]) {
  return badRequest('bad-hook', 'not a hook', faults)
}
