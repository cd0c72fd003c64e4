import * as z from 'zod'

/** The name under which a room keeps the newest number of its series. */
export const HEAD = '$series'

const headSchema = z.object({
  value: z.number(),
  /** When it was measured, in milliseconds since the epoch. */
  time: z.number(),
  /** The oldest number. */
  since: z.number(),
  /** When a number came last, whatever its time. */
  seen: z.number(),
  /** When the next number is late. */
  lateAt: z.number().optional(),
})

/** What is known of a series without reading its steps. */
export type SeriesHead = z.infer<typeof headSchema>

/** Returns a stored head; undefined if it is missing or damaged. */
export function toHead(stored: unknown): SeriesHead | undefined {
  return headSchema.safeParse(stored).data
}
