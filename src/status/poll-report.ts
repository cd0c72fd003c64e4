import * as z from 'zod'
import type { Poll } from './poll.ts'
import type { Status } from './status-schema.ts'

/** How a poll went last. */
export const outcomeSchema = z.object({
  last: z.object({ at: z.string(), ok: z.boolean(), detail: z.string() }).nullable(),
  failures: z.number(),
  /** Milliseconds since the epoch: the other server allows no request before this. */
  notBefore: z.number().optional(),
})

/**
 * A poll and its last result: `last` is null until the first response, and `failures` counts the failures since the last
 * success.
 */
export type PollReport = Omit<Poll, 'headers'> & { headers?: string[] } & z.infer<typeof outcomeSchema>

/** One status and its poll. */
export interface StatusRow {
  key: string
  status: Status | null
  /** The message that its pictures show; null if none is set. */
  shown: string | null
  poll: PollReport | null
}

/** The settings and the last result of a poll, with its secrets. */
export type RunningPoll = Poll & z.infer<typeof outcomeSchema>

/** Removes the secrets of a poll. */
export function toReport({ headers, notBefore: _notBefore, ...rest }: RunningPoll): PollReport {
  return { ...rest, ...(headers && { headers: Object.keys(headers) }) }
}
