import { badRequest, type Fault, quote } from '../errors.ts'
import { COLOR_SYNTAX } from '../picture/color.ts'
import { findUrlFault } from '../system/outgoing.ts'
import { formatDuration, parseDuration } from '../widget/duration.ts'
import { compileJsonQuery } from './json-query.ts'
import { isColor, STYLES } from './status-schema.ts'

/** What is fetched for a status, how often, and how it is shown. */
export interface Poll {
  url: string
  /** A time with its unit. @default 1m */
  every: string
  /** A JSONPath; without one, the answer itself has to be a status in shields.io's schema. */
  query?: string
  /** The left half. @default the status's key */
  label?: string
  /** Stands before and after what was found. */
  prefix?: string
  suffix?: string
  color?: string
  labelColor?: string
  style?: string
}

const EVERY = '1m'
const SHORTEST = 1_000
const LONGEST = 86_400_000
const TEXTS = ['label', 'prefix', 'suffix'] as const
const COLORS = ['color', 'labelColor'] as const
const LONGEST_TEXT = 100

/** Reads a poll out of a request's body. @throws PublicError 400 that names every wrong field. */
export function parsePoll(body: unknown): Poll {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badPoll([{ name: 'body', detail: `expected a JSON object, got ${quote(body)}` }])
  }
  const fields = body as Record<string, unknown>
  const faults: Fault[] = []
  const expect = (name: string, right: boolean, expected: string) => {
    if (!right) faults.push({ name, detail: `expected ${expected}, got ${quote(fields[name])}` })
  }
  const urlFault = findUrlFault(fields.url)
  if (urlFault !== undefined) faults.push({ name: 'url', detail: `expected ${urlFault}` })
  const every = fields.every ?? EVERY
  const interval = typeof every === 'string' ? (parseDuration(every) ?? Number.NaN) : Number.NaN
  const times = `a time with its unit from ${formatDuration(SHORTEST)} to ${formatDuration(LONGEST)}, like 30s`
  expect('every', interval >= SHORTEST && interval <= LONGEST, times)
  const queryFault = fields.query === undefined ? undefined : findQueryFault(fields.query)
  if (queryFault !== undefined) faults.push({ name: 'query', detail: queryFault })
  for (const name of TEXTS) {
    const value = fields[name]
    const isRight = value === undefined || (typeof value === 'string' && value.length <= LONGEST_TEXT)
    expect(name, isRight, `text of at most ${LONGEST_TEXT} characters`)
  }
  for (const name of COLORS) {
    expect(name, fields[name] === undefined || isColor(fields[name]), COLOR_SYNTAX)
  }
  const { style } = fields
  expect('style', style === undefined || STYLES.includes(style as string), `one of ${STYLES.join(', ')}`)
  if (faults.length > 0) throw badPoll(faults)
  const known = ['query', ...TEXTS, ...COLORS, 'style'].filter((name) => fields[name] !== undefined)
  const rest = Object.fromEntries(known.map((name) => [name, fields[name]]))
  return { url: fields.url as string, every: formatDuration(interval), ...rest }
}

/** How long to wait between two requests, in milliseconds. */
export function intervalOf({ every }: Poll): number {
  return parseDuration(every) ?? LONGEST
}

function findQueryFault(query: unknown): string | undefined {
  if (typeof query !== 'string') return `expected a JSONPath like $.build.status, got ${quote(query)}`
  try {
    compileJsonQuery(query)
    return undefined
  } catch (error) {
    return (error as Error).message.replace(/^E/, 'e')
  }
}

function badPoll(faults: Fault[]) {
  return badRequest('bad-poll', 'not a poll', faults)
}
