import { type Request, type Response, Router } from 'express'
import type { History, HistoryRange } from '../../cluster/history.ts'
import { DAY, HOUR, MINUTE } from '../../cluster/minute.ts'
import { wholeSteps } from '../../cluster/roll-up.ts'
import { type Fault, quote } from '../../errors.ts'
import { dateToTime, readDate } from '../../widget/date.ts'
import { badParameters } from '../../widget/look.ts'
import type { HistoryStep } from '../../widget/room-history.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { sendTagged, sendTaggedJson } from '../send.ts'

const STEPS = { minute: MINUTE, hour: HOUR, day: DAY }
type StepName = keyof typeof STEPS
export const STEP_NAMES = [...Object.keys(STEPS), 'auto']
export const FORMATS = ['json', 'csv']
/** More steps than a week has minutes are more than one answer. */
const MAX_STEPS = 10_080
/** `auto` takes the finest step that makes no more of them. */
const MAX_AUTO_STEPS = 1_500
const CSV_HEAD = 'time,visitors_peak,visitors_mean,connections_peak,connections_mean,hits'

/** A history as it was asked for. */
export interface HistoryQuery extends HistoryRange {
  stepName: StepName
  format: string
}

/** `GET /rooms/<widget>/<key>/history`: who watched a room when, as JSON or CSV. */
export function createHistoryApi(known: Manifests, history: Pick<History, 'read'>): Router {
  const router = Router()
  router
    .route('/rooms/:widget/:key/history')
    .get(async (request, response) => {
      const room = readRoom(known, request.params)
      const query = parseHistoryQuery(searchOf(request), Date.now())
      send(request, response, room, query, await history.read(room, query))
    })
    .all(refuseOthers('GET'))
  return router
}

/**
 * Reads `from`, `to` (ISO 8601, or milliseconds since the epoch), `step` and `format`; without them, the last day.
 * @throws PublicError 400, naming every wrong one.
 */
export function parseHistoryQuery(query: URLSearchParams, now: number): HistoryQuery {
  const faults: Fault[] = []
  const readTime = (name: string, usual: (at: number) => number, at: number): number => {
    const text = query.get(name)
    if (text === null) return usual(at)
    const time = toTime(text)
    if (time === undefined) {
      const expected = isWithoutZone(text)
        ? 'expected a time zone after the time, like Z or +02:00'
        : 'expected a time in ISO 8601, or milliseconds since the epoch'
      const detail = `${expected}, got ${quote(text)}`
      faults.push({ name, detail })
    }
    return time ?? usual(at)
  }
  const readWord = (name: string, words: readonly string[], usual: string): string => {
    const text = query.get(name) ?? usual
    if (words.includes(text)) return text
    faults.push({ name, detail: `expected one of ${words.join(', ')}, got ${quote(text)}` })
    return usual
  }
  const to = readTime('to', (at) => at, now)
  const from = readTime('from', (end) => end - DAY, to)
  const wish = readWord('step', STEP_NAMES, 'auto')
  const format = readWord('format', FORMATS, 'json')
  const stepName = wish === 'auto' ? fitStep(to - from) : (wish as StepName)
  const step = STEPS[stepName]
  if (faults.length === 0 && from >= to)
    faults.push({
      name: 'from',
      detail: `expected a time before \`to\`, ${quote(toIso(to))}, got ${quote(toIso(from))}`,
    })
  if (faults.length === 0 && (to - from) / step > MAX_STEPS) {
    const detail = `expected at most ${MAX_STEPS} steps from \`from\` to \`to\`, got ${Math.ceil((to - from) / step)} by ${stepName}`
    faults.push({ name: 'step', detail })
  }
  if (faults.length > 0) throw badParameters(faults)
  return { from, to, step, stepName, format }
}

function fitStep(length: number): StepName {
  const fits = (name: StepName) => length / STEPS[name] <= MAX_AUTO_STEPS
  return fits('minute') ? 'minute' : fits('hour') ? 'hour' : 'day'
}

/** Undefined for what is no time, or none of the years that have four digits. */
function toTime(text: string): number | undefined {
  const date = readDate(text)
  const isWhole = date !== undefined && !isWithoutZone(text)
  const time = /^\d{1,15}$/.test(text) ? Number(text) : isWhole ? dateToTime(date, 'UTC') : Number.NaN
  return time >= 0 && time < Date.UTC(10_000, 0) ? time : undefined
}

/** Whether a text has a date and a time, but not whose. A date alone is its midnight in UTC. */
function isWithoutZone(text: string): boolean {
  const date = readDate(text)
  return date !== undefined && !date.endsWith('Z') && text.length > 'yyyy-mm-dd'.length
}

function send(
  request: Request,
  response: Response,
  room: string,
  query: HistoryQuery,
  steps: readonly HistoryStep[],
): void {
  const rows = steps.map(({ time, visitors, connections, hits }) => ({
    time: toIso(time),
    visitors: { peak: visitors.peak, mean: toThousandths(visitors.mean) },
    connections: { peak: connections.peak, mean: toThousandths(connections.mean) },
    hits,
  }))
  if (query.format === 'json') {
    const { from, to } = wholeSteps(query)
    const range = { from: toIso(from), to: toIso(to), step: query.stepName }
    return sendTaggedJson(request, response, { room, ...range, steps: rows })
  }
  const lines = rows.map(({ time, visitors, connections, hits }) =>
    [time, visitors.peak, visitors.mean, connections.peak, connections.mean, hits].join(','),
  )
  // RFC 4180 has lines end so.
  const text = [CSV_HEAD, ...lines, ''].join('\r\n')
  sendTagged(request, response, 'text/csv; charset=utf-8; header=present', text)
}

function toIso(time: number): string {
  return new Date(time).toISOString()
}

function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
