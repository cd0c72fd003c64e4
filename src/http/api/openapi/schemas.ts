import { END_REASONS } from '../../../channel/viewer.ts'
import { STYLES } from '../../../status/status-schema.ts'
import { type Json, list, object, ref } from './parts.ts'

const TEXT = { type: 'string' }
const TIME = { type: 'string', format: 'date-time' }
const COUNT = { type: 'integer', minimum: 0 }
const DURATION = { type: 'string', examples: ['30s'], pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$' }
const URL_TEXT = { type: 'string', format: 'uri', maxLength: 2000 }
const STYLE = { enum: STYLES }
const LEAVE_REASON = {
  enum: END_REASONS.filter((reason) => reason !== 'refused'),
  description: 'Why a viewer left; absent where it watched another node.',
}
const NULL = { type: 'null' }
const COUNTS = {
  connections: { ...COUNT, description: 'Open picture streams.' },
  visitors: { ...COUNT, description: 'Distinct people among them.' },
  peak: { ...COUNT, description: 'The most visitors at once, ever.' },
}
const LEVEL = object({
  peak: { ...COUNT, description: 'The most at once.' },
  mean: { type: 'number', minimum: 0, description: 'Over the step, or as much of it as has passed.' },
})
const HITS = { ...COUNT, description: 'How often its pictures were asked for.' }

const STATUS = {
  schemaVersion: { const: 1 },
  label: TEXT,
  message: { ...TEXT, minLength: 1 },
  color: TEXT,
  labelColor: TEXT,
  isError: { type: 'boolean' },
  namedLogo: TEXT,
  logoSvg: TEXT,
  logoColor: TEXT,
  logoSize: TEXT,
  style: STYLE,
}

const POLL = {
  url: URL_TEXT,
  every: { ...DURATION, description: 'How often it is fetched: 1s to 1d.', default: '1m' },
  query: {
    ...TEXT,
    description: 'A JSONPath (RFC 9535). Without it the answer has to be a status itself.',
    examples: ['$.build.status'],
  },
  label: { ...TEXT, description: 'The left half; by default the key.' },
  prefix: TEXT,
  suffix: TEXT,
  color: TEXT,
  labelColor: TEXT,
  style: STYLE,
}
const POLL_OPTIONS = ['query', 'label', 'prefix', 'suffix', 'color', 'labelColor', 'style']

const HOOK_ORDER = {
  url: URL_TEXT,
  when: {
    ...TEXT,
    description: '`visitors`, `connections` or `hits` of a room, compared with a whole number.',
    examples: ['visitors(online/blog) > 100'],
  },
  for: { ...DURATION, description: 'How long it has to hold.', default: '0ms' },
}
const HOOK = {
  id: TEXT,
  ...HOOK_ORDER,
  created: TIME,
  holds: { type: 'boolean', description: 'Whether it was told of, and has held ever since.' },
}

/** The schemas of all bodies, by name. */
export function schemas(): Json {
  const counts = { room: TEXT, widget: TEXT, key: TEXT, ...COUNTS, hits: HITS }
  const since = { anyOf: [TIME, NULL], description: 'When it was first watched or asked for.' }
  return {
    Problem: {
      description: 'A problem document (RFC 9457).',
      ...object(
        {
          type: { type: 'string', pattern: '^urn:imgcast:problem:[a-z0-9-]+$' },
          title: TEXT,
          status: { type: 'integer' },
          detail: TEXT,
          errors: list(object({ name: TEXT, detail: TEXT })),
        },
        ['errors'],
      ),
    },
    Room: object({
      ...counts,
      peakToday: { ...COUNT, description: 'The most visitors at once since midnight in UTC.' },
      since,
    }),
    RoomPage: object({
      rooms: list(ref('Room')),
      total: { ...COUNT, description: 'How many there are on all pages.' },
      next: { type: ['string', 'null'], description: 'The `cursor` of the next page.' },
    }),
    History: object({
      room: TEXT,
      from: { ...TIME, description: 'When the first step begins.' },
      to: { ...TIME, description: 'When the last one ends.' },
      step: { enum: ['minute', 'hour', 'day'] },
      steps: {
        ...list(object({ time: TIME, visitors: LEVEL, connections: LEVEL, hits: COUNT })),
        description: 'Those in which anything happened, the oldest first.',
      },
    }),
    Value: { description: 'Any JSON of at most 64 KiB.' },
    Event: object({ room: TEXT, ...COUNTS, time: TIME, reason: LEAVE_REASON }, ['reason']),
    Status: {
      description: 'The endpoint schema of shields.io.',
      ...object(
        STATUS,
        Object.keys(STATUS).filter((name) => !['schemaVersion', 'label', 'message'].includes(name)),
      ),
    },
    StatusList: object({
      statuses: list(
        object({
          key: TEXT,
          status: { anyOf: [ref('Status'), NULL] },
          poll: { anyOf: [ref('PollReport'), NULL] },
        }),
      ),
    }),
    Poll: object(POLL, ['every', ...POLL_OPTIONS]),
    PollReport: object(
      {
        ...POLL,
        last: { anyOf: [object({ at: TIME, ok: { type: 'boolean' }, detail: TEXT }), NULL] },
        failures: { ...COUNT, description: 'Failures since the last success.' },
      },
      POLL_OPTIONS,
    ),
    HookOrder: object(HOOK_ORDER, ['for']),
    Hook: object(HOOK),
    NewHook: object({
      ...HOOK,
      secret: { ...TEXT, description: 'What messages are signed with. It is told only here.' },
    }),
    HookList: object({ hooks: list(ref('Hook')) }),
    HookMessage: object({
      type: { const: 'condition.met' },
      timestamp: TIME,
      data: object({ hook: TEXT, when: TEXT, for: TEXT, room: TEXT, ...COUNTS, hits: HITS }),
    }),
    DeliveryLog: object({
      deliveries: list(
        object({
          id: TEXT,
          state: { enum: ['pending', 'delivered', 'failed'] },
          message: ref('HookMessage'),
          attempts: list(
            object({ at: TIME, status: { type: ['integer', 'null'] }, error: { type: ['string', 'null'] } }),
          ),
          next: { anyOf: [TIME, NULL] },
        }),
      ),
    }),
    Audit: object({
      agrees: { type: 'boolean' },
      counted: object({ streams: COUNT, sockets: COUNT }),
      kernel: object({ established: COUNT }),
      differences: list(
        object({
          kind: { enum: ['no-socket', 'closing', 'unanswered', 'not-a-stream'] },
          remote: TEXT,
          streams: COUNT,
          meaning: TEXT,
        }),
      ),
    }),
    Health: object({ status: { enum: ['ok', 'stopping'] } }),
  }
}
