import * as z from 'zod'
import type { Poll } from './poll.ts'
import type { Status } from './status-schema.ts'

/** How a poll went last. */
export const outcomeSchema = z.object({
  last: z.object({ at: z.string(), ok: z.boolean(), detail: z.string() }).nullable(),
  failures: z.number(),
})

/**
 * A poll and its last result: `last` is null until the first response, and `failures` counts the failures since the last
 * success.
 */
export type PollReport = Poll & z.infer<typeof outcomeSchema>

/** One status and its poll. */
export interface StatusRow {
  key: string
  status: Status | null
  poll: PollReport | null
}
