import * as z from 'zod'
import { countField, timeField } from './fields.ts'

/** The counts of a room. */
export const countFields = {
  connections: countField.meta({ description: 'Open picture streams.' }),
  visitors: countField.meta({ description: 'Distinct people among them.' }),
  peak: countField.meta({
    description: 'Highest number of visitors at once since the room was first watched.',
  }),
}

/** How often the pictures of a room were requested. */
export const hitsField = countField.meta({ description: 'How often its pictures were requested.' })

/** A room as the API returns it. */
export const roomSchema = z.object({
  room: z.string(),
  widget: z.string(),
  key: z.string(),
  ...countFields,
  peakToday: countField.meta({ description: 'Highest number of visitors at once since midnight in UTC.' }),
  hits: hitsField,
  since: timeField.nullable().meta({
    description: 'When it was first watched or requested; null if unknown.',
  }),
  isPartial: z.literal(true).optional().meta({
    description: 'The store cannot be reached: these are the viewers of this server, without what is saved.',
  }),
})

/** A page of rooms as the API returns it. */
export const roomPageSchema = z.object({
  rooms: z.array(roomSchema),
  total: countField.meta({ description: 'Number of rooms on all pages.' }),
  next: z.string().nullable().meta({ description: 'The `cursor` of the next page.' }),
  isPartial: z.literal(true).optional().meta({
    description: 'The store cannot be reached: these are the rooms that are watched on this server.',
  }),
})

export type Room = z.infer<typeof roomSchema>
export type RoomPage = z.infer<typeof roomPageSchema>
