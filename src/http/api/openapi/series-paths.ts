import { pictureQuerySchema } from '../schemas.ts'
import { seriesQuerySchema } from '../series-api.ts'
import { GONE, inPath, inQueryOf, type Json, json, operation, ref, tagged } from './parts.ts'
import { pollOf } from './poll-path.ts'

const KEY = inPath('key', 'The key of the series.', '^[A-Za-z0-9._~-]{1,64}$')

/** The paths of series of numbers. */
export function seriesPaths(): Json {
  const tag = 'Series'
  return {
    '/api/series': {
      get: operation({
        id: 'listSeries',
        tag,
        summary: 'List series of numbers',
        answers: tagged('The series with their newest numbers, by key.', ref('SeriesList')),
      }),
    },
    '/api/series/{key}': {
      parameters: [KEY],
      get: operation({
        id: 'getSeries',
        tag,
        summary: 'Read a series',
        description:
          'Seconds are kept for an hour, minutes for eight days, hours as long as `--history` says.',
        parameters: inQueryOf(seriesQuerySchema),
        answers: tagged('The series.', ref('Series'), {
          others: { 'text/csv': { schema: { type: 'string' } } },
        }),
        problems: [400, 404],
      }),
      put: operation({
        id: 'addNumbers',
        tag,
        summary: 'Add numbers to a series',
        description:
          'Every open picture of the series changes. The body is a number, or JSON lines: each a number of now, or an ' +
          'object with `value` and `time`. At most 10 000, in any order.',
        parameters: inQueryOf(pictureQuerySchema),
        bytes: 'A number, or JSON lines.',
        answers: { 200: json('The series with its newest number.', ref('SeriesReport')) },
        problems: [409],
      }),
      delete: operation({
        id: 'deleteSeries',
        tag,
        summary: 'Delete a series and its poll',
        answers: GONE,
        problems: [400, 404],
      }),
    },
    '/api/series/{key}/poll': pollOf({
      ...{ tag, parameters: [KEY], id: 'SeriesPoll', of: 'a series' },
      ...{ settings: ref('NumberPoll'), report: ref('NumberPollReport') },
    }),
  }
}
