import * as z from 'zod'
import { expected } from '../schema/expected.ts'
import { colorField, durationField, textField, urlField } from '../schema/fields.ts'
import { parseBody } from '../schema/parse-body.ts'
import { parseDuration } from '../widget/duration.ts'
import { compileJsonQuery } from './json-query.ts'
import { parseMetricQuery } from './metric-query.ts'
import { headersField } from './request-headers.ts'
import { styleField } from './status-schema.ts'
import { mapField } from './value-map.ts'

const MIN_INTERVAL = 1_000
const MAX_INTERVAL = 86_400_000
const MAX_TEXT_LENGTH = 100
const KINDS = ['json', 'http'] as const

const queryField = createQueryField('a JSONPath like $.build.status', compileJsonQuery)
const numberQueryField = createQueryField('a JSONPath like $.load or a metric like node_load1', (text) =>
  isMetricQuery(text) ? parseMetricQuery(text) : compileJsonQuery(text),
)

/** @param check throws an error that describes the fault of a text */
function createQueryField(words: string, check: (text: string) => unknown) {
  return z.string(expected(words)).superRefine((text, context) => {
    try {
      check(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message.replace(/^E/, 'e') })
    }
  })
}

/** The poll of a status: its URL, its interval, and how the result is shown. */
export const pollSchema = z.object(
  {
    url: urlField,
    every: durationField({
      ...{ min: MIN_INTERVAL, max: MAX_INTERVAL, fallback: '1m', example: '30s' },
      description: 'How often it is fetched: 1s to 1d.',
    }),
    query: queryField.optional().meta({
      description: 'A JSONPath (RFC 9535). Without it the response must be a status itself.',
      examples: ['$.build.status'],
    }),
    kind: z.enum(KINDS, expected('json or http')).optional().meta({
      description: '`json` shows a value; `http` shows whether the URL responds, and how fast.',
    }),
    map: mapField.optional(),
    headers: headersField.optional(),
    label: textField(MAX_TEXT_LENGTH).optional().meta({ description: 'The left half; by default the key.' }),
    prefix: textField(MAX_TEXT_LENGTH).optional().meta({ description: 'Text before the value.' }),
    suffix: textField(MAX_TEXT_LENGTH).optional().meta({ description: 'Text after the value.' }),
    color: colorField.optional(),
    labelColor: colorField.optional(),
    style: styleField.optional(),
  },
  expected('a JSON object'),
)

export type Poll = z.infer<typeof pollSchema>

/** The poll of a series: where its number is in what is fetched. */
export const numberPollSchema = pollSchema.pick({ url: true, every: true, headers: true }).extend({
  query: numberQueryField.meta({
    description:
      'The JSONPath (RFC 9535) of the number; or a metric with its labels, in a response of Prometheus’ text format.',
    examples: ['$.load', 'node_load1'],
  }),
})

/** Reads a poll from the body of a request, or from the store. @throws PublicError 400 that names every wrong field. */
export function parsePoll(body: unknown): Poll {
  return parseBody(pollSchema, body, { code: 'bad-poll', caption: 'not a poll' })
}

/** Reads the poll of a series, as `parsePoll` does. */
export function parseNumberPoll(body: unknown): Poll {
  return parseBody(numberPollSchema, body, { code: 'bad-poll', caption: 'not a poll' })
}

/** Whether a query names a metric, so that the response is in Prometheus' text format: JSONPaths begin with `$`. */
export function isMetricQuery(query: string | undefined): query is string {
  return query !== undefined && !query.startsWith('$')
}

/** The time between two requests, in milliseconds. */
export function intervalOf({ every }: Poll): number {
  return parseDuration(every) ?? MAX_INTERVAL
}

/** Removes the headers: the thread that parses responses needs no secrets. */
export function withoutHeaders({ headers: _headers, ...poll }: Poll): Poll {
  return poll
}
