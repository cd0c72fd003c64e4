import * as z from 'zod'
import { SENT_FORMATS } from '../picture/picture-head.ts'
import { countField } from '../schema/fields.ts'

/** A pushed picture as it is stored: everything but its bytes. */
export const storedPictureSchema = z.object({
  file: z.string(),
  format: z.enum(SENT_FORMATS),
  width: countField,
  height: countField,
  bytes: countField,
  etag: z.string(),
  at: z.number(),
  lateAt: z.number().optional(),
})

/** A pushed picture as it is stored. Times are milliseconds since the epoch. */
export type StoredPicture = z.infer<typeof storedPictureSchema>

/** Returns a stored value as a picture; undefined if it is none. */
export function toStoredPicture(value: unknown): StoredPicture | undefined {
  return storedPictureSchema.safeParse(value).data
}
