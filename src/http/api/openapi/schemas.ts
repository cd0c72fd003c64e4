import * as z from 'zod'
import { cameraSchema } from '../../../camera/camera-spec.ts'
import { hookSettingsSchema } from '../../../hooks/hook.ts'
import { auditSchema } from '../../../schema/audit-schema.ts'
import { loadSchema } from '../../../schema/load-schema.ts'
import { roomPageSchema, roomSchema } from '../../../schema/room-schema.ts'
import { numberPollSchema, pollSchema } from '../../../status/poll.ts'
import { statusSchema } from '../../../status/status-schema.ts'
import {
  cameraListSchema,
  cameraReportSchema,
  deliveryLogSchema,
  eventSchema,
  healthSchema,
  historySchema,
  hitsSchema,
  hookListSchema,
  hookMessageSchema,
  hookSchema,
  newHookSchema,
  numberPollReportSchema,
  pollReportSchema,
  problemSchema,
  pushedFramesSchema,
  pushedPictureListSchema,
  pushedPictureSchema,
  seriesListSchema,
  seriesReportSchema,
  seriesSchema,
  statusListSchema,
  valueSchema,
} from '../schemas.ts'
import type { Json } from './parts.ts'

/** Bodies of requests: fields with a default are optional, and unknown ones are ignored. */
const TAKEN = {
  ...{ Camera: cameraSchema, Poll: pollSchema, NumberPoll: numberPollSchema },
  ...{ HookSettings: hookSettingsSchema, SentStatus: statusSchema },
}
/** Bodies of responses, and bodies used for both. */
const RETURNED = {
  Problem: problemSchema,
  Room: roomSchema,
  RoomPage: roomPageSchema,
  History: historySchema,
  Hits: hitsSchema,
  Value: valueSchema,
  Event: eventSchema,
  Status: statusSchema,
  StatusList: statusListSchema,
  PollReport: pollReportSchema,
  NumberPollReport: numberPollReportSchema,
  CameraReport: cameraReportSchema,
  CameraList: cameraListSchema,
  PushedFrames: pushedFramesSchema,
  PushedPicture: pushedPictureSchema,
  PushedPictureList: pushedPictureListSchema,
  Series: seriesSchema,
  SeriesReport: seriesReportSchema,
  SeriesList: seriesListSchema,
  Hook: hookSchema,
  NewHook: newHookSchema,
  HookList: hookListSchema,
  HookMessage: hookMessageSchema,
  DeliveryLog: deliveryLogSchema,
  Audit: auditSchema,
  Load: loadSchema,
  Health: healthSchema,
}

/** The JSON Schemas of all bodies, by name. */
export function schemas(): Json {
  return { ...toJsonSchemas(TAKEN, 'input'), ...toJsonSchemas(RETURNED, 'output') }
}

function toJsonSchemas(named: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  )
}
