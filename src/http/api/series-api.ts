import { type Request, type Response, Router } from 'express'
import { clusterTime } from '../../cluster/cluster-time.ts'
import { DAY, HOUR, MINUTE } from '../../cluster/minute.ts'
import { wholeSteps } from '../../cluster/roll-up.ts'
import type { Store } from '../../cluster/store.ts'
import { notFound } from '../../errors.ts'
import { parseQuery } from '../../schema/parse-query.ts'
import type { SeriesHead } from '../../series/head.ts'
import { parseSamples } from '../../series/parse-samples.ts'
import { readSeries } from '../../series/read-series.ts'
import type { SeriesList } from '../../series/series-list.ts'
import { parseNumberPoll } from '../../status/poll.ts'
import type { Polls } from '../../status/polls.ts'
import { toIso } from '../../widget/date.ts'
import { parseDuration } from '../../widget/duration.ts'
import { checkKey } from '../../widget/key.ts'
import type { SeriesPoint } from '../../widget/number-series.ts'
import { textBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { sendTagged, sendTaggedJson } from '../send.ts'
import { createPollApi } from './poll-api.ts'
import { completeRange, createRangeSchema, type NamedStep, type RangeQuery } from './range-query.ts'
import { pictureQuerySchema } from './schemas.ts'

const STEPS: readonly NamedStep[] = [
  { name: 'second', length: 1_000, isKept: (from, now) => from >= now - HOUR },
  { name: 'minute', length: MINUTE, isKept: (from, now) => from >= now - 8 * DAY },
  { name: 'hour', length: HOUR },
  { name: 'day', length: DAY },
]
/** Room for 10 000 lines with their times. */
const MAX_BYTES = 1_048_576
const CSV_HEAD = 'time,min,max,mean,last'

/** The parameters of a series. */
export const seriesQuerySchema = createRangeSchema(
  ['second', 'minute', 'hour', 'day'],
  '`time`, `min`, `max`, `mean` and `last`',
)

/** The calls for series of numbers. */
export function createSeriesApi(
  series: SeriesList,
  polls: Polls,
  store: Pick<Store, 'get' | 'clockOffset'>,
): Router {
  const api = Router()
  api
    .route('/series/:key')
    .put(textBody(MAX_BYTES), async (request, response) => {
      const {
        params: { key = '' },
        body,
      } = request
      checkKey(key)
      const { ttl } = parseQuery(pictureQuerySchema, searchOf(request))
      const samples = parseSamples(body as string, { now: clusterTime(store), oldest: series.oldest })
      response.json(toReport(key, await series.add(key, samples, parseDuration(ttl ?? ''))))
    })
    .get(async (request, response) => {
      const { key } = request.params
      checkKey(key)
      const query = completeRange(parseQuery(seriesQuerySchema, searchOf(request)), STEPS, clusterTime(store))
      const { head, points } = await readSeries(store, key, query)
      if (!head) throw noSeries(key)
      send(request, response, toReport(key, head), query, points)
    })
    .delete(async ({ params: { key } }, response) => {
      checkKey(key)
      // Otherwise the poll would add to it again.
      const wasPolled = await polls.delete(key)
      if (!(await series.delete(key)) && !wasPolled) throw noSeries(key)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  api.use(createPollApi('/series', polls, parseNumberPoll))
  api
    .route('/series')
    .get(async (request, response) => {
      const list = (await series.list()).map(({ key, ...head }) => toReport(key, head))
      sendTaggedJson(request, response, { series: list })
    })
    .all(refuseOthers('GET'))
  return api
}

function send(
  request: Request,
  response: Response,
  report: ReturnType<typeof toReport>,
  query: RangeQuery,
  points: readonly SeriesPoint[],
): void {
  const rows = points.map((point) => ({ ...point, time: toIso(point.time) }))
  if (query.format === 'json') {
    const { from, to } = wholeSteps(query)
    const range = { from: toIso(from), to: toIso(to), step: query.stepName }
    return sendTaggedJson(request, response, { ...report, ...range, points: rows })
  }
  const lines = rows.map(({ time, min, max, mean, last }) => [time, min, max, mean, last].join(','))
  // Line endings of RFC 4180.
  const text = [CSV_HEAD, ...lines, ''].join('\r\n')
  sendTagged(request, response, 'text/csv; charset=utf-8; header=present', text)
}

function toReport(key: string, { value, time, since, lateAt }: SeriesHead) {
  const late = lateAt !== undefined && { lateAt: toIso(lateAt) }
  return { key, value, time: toIso(time), since: toIso(since), ...late }
}

function noSeries(key: string) {
  return notFound(`there is no series ${key}`)
}
