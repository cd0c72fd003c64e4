import { type Request, type Response, Router } from 'express'
import * as z from 'zod'
import type { History, HistoryRange } from '../../cluster/history.ts'
import { DAY, HOUR, MINUTE } from '../../cluster/minute.ts'
import { wholeSteps } from '../../cluster/roll-up.ts'
import { quote } from '../../errors.ts'
import { parseQuery, wordParameter } from '../../schema/parse-query.ts'
import { dateToTime, readDate } from '../../widget/date.ts'
import { badParameters } from '../../widget/look.ts'
import type { HistoryStep } from '../../widget/room-history.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { sendTagged, sendTaggedJson } from '../send.ts'

const STEPS = { minute: MINUTE, hour: HOUR, day: DAY }
type StepName = keyof typeof STEPS
/** The maximum of steps in one response: the minutes of a week. */
const MAX_STEPS = 10_080
/** `auto` selects the finest step that gives no more than this. */
const MAX_AUTO_STEPS = 1_500
const CSV_HEAD = 'time,visitors_peak,visitors_mean,connections_peak,connections_mean,hits'

/** The range and form of a requested history. */
export interface HistoryQuery extends HistoryRange {
  stepName: StepName
  format: 'json' | 'csv'
}

const TIMES = 'in ISO 8601 or as milliseconds since the epoch'
const timeParameter = z.string().transform((text, context) => {
  const time = toTime(text)
  if (time !== undefined) return time
  const expected = isWithoutZone(text)
    ? 'expected a time zone after the time, like Z or +02:00'
    : 'expected a time in ISO 8601, or milliseconds since the epoch'
  context.addIssue({ code: 'custom', message: `${expected}, got ${quote(text)}` })
  return z.NEVER
})

/** The parameters of a history. */
export const historyQuerySchema = z.object({
  to: timeParameter.optional().meta({ description: `Its end, ${TIMES}; by default now.` }),
  from: timeParameter
    .optional()
    .meta({ description: `Its beginning, ${TIMES}; by default a day before \`to\`.` }),
  step: wordParameter(['minute', 'hour', 'day', 'auto'])
    .default('auto')
    .meta({ description: `\`auto\` is the finest that makes no more than ${MAX_AUTO_STEPS} steps.` }),
  format: wordParameter(['json', 'csv'])
    .default('json')
    .meta({ description: 'JSON, or a table with the columns `time`, `visitors_peak` and so on.' }),
})

/** `GET /rooms/<widget>/<key>/history`: the counts of a room over time, as JSON or CSV. */
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
 * Reads the range and form of a history; by default the last day.
 * @throws PublicError 400, naming every wrong parameter.
 */
export function parseHistoryQuery(query: URLSearchParams, now: number): HistoryQuery {
  const { to = now, from = to - DAY, step: stepParameter, format } = parseQuery(historyQuerySchema, query)
  const stepName = stepParameter === 'auto' ? fitStep(to - from) : stepParameter
  const step = STEPS[stepName]
  if (from >= to) {
    const detail = `expected a time before \`to\`, ${quote(toIso(to))}, got ${quote(toIso(from))}`
    throw badParameters([{ name: 'from', detail }])
  }
  if ((to - from) / step > MAX_STEPS) {
    const detail = `expected at most ${MAX_STEPS} steps from \`from\` to \`to\`, got ${Math.ceil((to - from) / step)} by ${stepName}`
    throw badParameters([{ name: 'step', detail }])
  }
  return { from, to, step, stepName, format }
}

function fitStep(length: number): StepName {
  const fits = (name: StepName) => length / STEPS[name] <= MAX_AUTO_STEPS
  return fits('minute') ? 'minute' : fits('hour') ? 'hour' : 'day'
}

/** Undefined if the text is no time, or its year does not have four digits. */
function toTime(text: string): number | undefined {
  const date = readDate(text)
  const isWhole = date !== undefined && !isWithoutZone(text)
  const time = /^\d{1,15}$/.test(text) ? Number(text) : isWhole ? dateToTime(date, 'UTC') : Number.NaN
  return time >= 0 && time < Date.UTC(10_000, 0) ? time : undefined
}

/** Whether a text has a date and a time but no zone. A date alone means midnight in UTC. */
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
  // Line endings of RFC 4180.
  const text = [CSV_HEAD, ...lines, ''].join('\r\n')
  sendTagged(request, response, 'text/csv; charset=utf-8; header=present', text)
}

function toIso(time: number): string {
  return new Date(time).toISOString()
}

function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
