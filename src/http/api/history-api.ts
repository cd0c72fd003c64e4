import { type Request, type Response, Router } from 'express'
import type { History } from '../../cluster/history.ts'
import { DAY, HOUR, MINUTE } from '../../cluster/minute.ts'
import { wholeSteps } from '../../cluster/roll-up.ts'
import { parseQuery } from '../../schema/parse-query.ts'
import { toIso } from '../../widget/date.ts'
import type { HistoryStep } from '../../widget/room-history.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { sendTagged, sendTaggedJson } from '../send.ts'
import { completeRange, createRangeSchema, type NamedStep, type RangeQuery } from './range-query.ts'

const STEPS: readonly NamedStep[] = [
  { name: 'minute', length: MINUTE },
  { name: 'hour', length: HOUR },
  { name: 'day', length: DAY },
]
const CSV_HEAD = 'time,visitors_peak,visitors_mean,connections_peak,connections_mean,hits'

/** The parameters of a history. */
export const historyQuerySchema = createRangeSchema(
  ['minute', 'hour', 'day'],
  '`time`, `visitors_peak` and so on',
)

/** `GET /rooms/<widget>/<key>/history`: the counts of a room over time, as JSON or CSV. @param now the time that it ends with by default */
export function createHistoryApi(
  known: Manifests,
  history: Pick<History, 'read'>,
  now: () => number,
): Router {
  const router = Router()
  router
    .route('/rooms/:widget/:key/history')
    .get(async (request, response) => {
      const room = readRoom(known, request.params)
      const query = parseHistoryQuery(searchOf(request), now())
      send(request, response, room, query, await history.read(room, query))
    })
    .all(refuseOthers('GET'))
  return router
}

/**
 * Reads the range and form of a history; by default the last day.
 * @throws PublicError 400, naming every wrong parameter.
 */
export function parseHistoryQuery(query: URLSearchParams, now: number): RangeQuery {
  return completeRange(parseQuery(historyQuerySchema, query), STEPS, now)
}

function send(
  request: Request,
  response: Response,
  room: string,
  query: RangeQuery,
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

function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
