import * as z from 'zod'
import { CAMERA_STATES } from '../../camera/camera.ts'
import { CAMERA_KINDS } from '../../camera/camera-spec.ts'
import { END_REASONS } from '../../channel/viewer.ts'
import { hookSettingsSchema } from '../../hooks/hook.ts'
import { SENT_FORMATS } from '../../picture/picture-head.ts'
import { expected } from '../../schema/expected.ts'
import { countField, optionalDurationField, textShape, timeField } from '../../schema/fields.ts'
import { countFields, hitsField } from '../../schema/room-schema.ts'
import { pollSchema } from '../../status/poll.ts'
import { statusSchema } from '../../status/status-schema.ts'

const levelSchema = z.object({
  peak: countField.meta({ description: 'Highest number at once.' }),
  mean: z.number().min(0).meta({ description: 'Over the step, or over the part of it that has passed.' }),
})

/** A problem document. */
export const problemSchema = z
  .object({
    type: z.string().regex(/^urn:imgcast:problem:[a-z0-9-]+$/),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ name: z.string(), detail: z.string() })).optional(),
  })
  .meta({ description: 'A problem document (RFC 9457).' })

/** The hits of a room. */
export const hitsSchema = z
  .object({ hits: z.int(expected('a whole number from 0')).min(0, expected('a whole number from 0')) })
  .meta({ description: 'The number of hits that a room has from now on.' })

/** The counts of a room over time. */
export const historySchema = z.object({
  room: z.string(),
  from: timeField.meta({ description: 'When the first step begins.' }),
  to: timeField.meta({ description: 'When the last step ends.' }),
  step: z.enum(['minute', 'hour', 'day']),
  steps: z
    .array(z.object({ time: timeField, visitors: levelSchema, connections: levelSchema, hits: countField }))
    .meta({ description: 'The steps with any activity, oldest first.' }),
})

/** The data of a Server-Sent Event. */
export const eventSchema = z.object({
  room: z.string(),
  ...countFields,
  time: timeField,
  reason: z
    .enum(END_REASONS)
    .exclude(['refused'])
    .optional()
    .meta({ description: 'Why a viewer left; absent if it watched another node.' }),
})

/** A poll and its last request. */
export const pollReportSchema = z.object({
  ...textShape(pollSchema.omit({ map: true, headers: true }).shape),
  map: z.record(z.string(), z.string()).optional().meta({ description: 'Colours and words by value.' }),
  headers: z
    .array(z.string())
    .optional()
    .meta({ description: 'The names of the headers. Values are secret.' }),
  last: z.object({ at: timeField, ok: z.boolean(), detail: z.string() }).nullable(),
  failures: countField.meta({ description: 'Failures since the last success.' }),
})

/** The poll of a series and its last request. */
export const numberPollReportSchema = pollReportSchema.pick({
  ...{ url: true, every: true, query: true, headers: true, last: true, failures: true },
})

/** Every status, polled or not. */
export const statusListSchema = z.object({
  statuses: z.array(
    z.object({
      key: z.string(),
      status: statusSchema.nullable(),
      shown: z.string().nullable().meta({
        description: 'The message of its pictures: `late` or `down` if it was not set again in time.',
      }),
      poll: pollReportSchema.nullable(),
    }),
  ),
})

/** The query of a pushed picture. */
export const pictureQuerySchema = z.object({
  ttl: optionalDurationField({
    ...{ min: 1_000, max: 31 * 86_400_000, example: '10m' },
    description: 'It is marked as late unless it is pushed again within this time.',
  }),
})

/** A pushed picture. */
export const pushedPictureSchema = z.object({
  key: z.string(),
  format: z.enum(SENT_FORMATS),
  width: countField.meta({ description: 'Pixels.' }),
  height: countField.meta({ description: 'Pixels.' }),
  bytes: countField,
  at: timeField.meta({ description: 'When it was pushed.' }),
  lateAt: timeField.optional().meta({ description: 'When it is late unless it is pushed again.' }),
})

/** Every pushed picture. */
export const pushedPictureListSchema = z.object({ pictures: z.array(pushedPictureSchema) })

const seriesFields = {
  key: z.string(),
  value: z.number().meta({ description: 'The newest number.' }),
  time: timeField.meta({ description: 'When it was measured.' }),
  since: timeField.meta({ description: 'The time of the oldest number.' }),
  lateAt: timeField.optional().meta({ description: 'When the next number is late.' }),
}

/** A series without its numbers. */
export const seriesReportSchema = z.object(seriesFields)

/** Every series. */
export const seriesListSchema = z.object({ series: z.array(seriesReportSchema) })

/** A series with its numbers by step. */
export const seriesSchema = z.object({
  ...seriesFields,
  from: timeField.meta({ description: 'When the first step begins.' }),
  to: timeField.meta({ description: 'When the last step ends.' }),
  step: z.enum(['second', 'minute', 'hour', 'day']),
  points: z
    .array(
      z.object({ time: timeField, min: z.number(), max: z.number(), mean: z.number(), last: z.number() }),
    )
    .meta({ description: 'The steps that have numbers, oldest first.' }),
})

/** A camera and its condition. */
export const cameraReportSchema = z.object({
  key: z.string(),
  kind: z.enum(CAMERA_KINDS),
  source: z.string().meta({ description: 'Without user names, passwords and queries.' }),
  name: z.string(),
  from: z.enum(['file', 'api']).meta({ description: 'Where it was set.' }),
  preload: z.boolean(),
  looks: countField.meta({ description: 'Looks of it that are watched or drawn now.' }),
  viewers: countField.meta({ description: 'Open streams of it, within a grid too.' }),
  frames: countField.meta({ description: 'Since the server started.' }),
  bytes: countField,
  restarts: countField,
  fps: z.number().min(0).meta({ description: 'Frames received in the last second.' }),
  fpsOut: z.number().min(0).meta({ description: 'Frames a second sent to its viewers, all together.' }),
  framesOut: countField.meta({ description: 'Sent to its viewers since it was last without any.' }),
  bytesOut: countField.meta({ description: 'Those of the streams.' }),
  dropped: countField.meta({ description: 'Frames that slow viewers skipped.' }),
  state: z.enum(CAMERA_STATES),
  since: timeField,
  why: z.string().meta({ description: 'Why it has no frames; empty if it has.' }),
  tail: z.string().meta({ description: 'The last words of its source.' }),
  age: countField.nullable().meta({ description: 'Milliseconds since its newest frame.' }),
})

/** Every camera. */
export const cameraListSchema = z.object({ cameras: z.array(cameraReportSchema) })

/** The frames that a request has sent. */
export const pushedFramesSchema = z.object({ frames: countField })

/** A webhook without its secret. */
export const hookSchema = z.object({
  ...textShape(hookSettingsSchema.shape),
  id: z.string(),
  created: timeField,
  holds: z.boolean().meta({
    description: 'Whether a message was sent, and the condition has been true since then.',
  }),
})

/** A webhook that was just added. */
export const newHookSchema = hookSchema.extend({
  secret: z.string().meta({ description: 'Signs the messages. It is shown only here.' }),
})

/** Every webhook. */
export const hookListSchema = z.object({ hooks: z.array(hookSchema) })

/** The body of a message to a webhook. */
export const hookMessageSchema = z.object({
  type: z.literal('condition.met'),
  timestamp: timeField,
  data: z.object({
    hook: z.string(),
    when: z.string(),
    for: z.string(),
    room: z.string(),
    ...countFields,
    hits: hitsField,
  }),
})

/** The last messages to a webhook, with every attempt. */
export const deliveryLogSchema = z.object({
  deliveries: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['pending', 'delivered', 'failed']),
      message: hookMessageSchema,
      attempts: z.array(
        z.object({ at: timeField, status: z.int().nullable(), error: z.string().nullable() }),
      ),
      next: timeField.nullable().meta({ description: 'When the next attempt is due.' }),
    }),
  ),
})

/** Whether the server runs and takes viewers. */
export const healthSchema = z.object({
  status: z.enum(['ok', 'stopping', 'failing']),
  reason: z.string().optional(),
})

/** Any JSON. */
export const valueSchema = z.unknown().meta({ description: 'Any JSON of at most 64 KiB.' })

/** The query of a status that is set: for scripts that send a fixed body. The body takes precedence. */
export const lifetimeQuerySchema = statusSchema.pick({ ttl: true, grace: true })
