import type { Store } from '../cluster/store.ts'
import { parsePoll } from './poll.ts'
import type { StatusRow } from './poll-report.ts'
import type { Polls, PollTarget } from './polls.ts'
import { BADGE, type Status } from './status-schema.ts'
import { type Statuses, toStatus } from './statuses.ts'
import { toFailedStatus } from './to-status.ts'

/** Largest number of statuses in a list. */
const MAX_STATUSES = 10_000

/** Polls show their results as statuses. */
export function toStatusTarget(statuses: Pick<Statuses, 'rooms' | 'get' | 'set'>): PollTarget {
  // Writes only if the status has changed: every write redraws all pictures of the room.
  const show = async (key: string, status: Status) => {
    const shown = await statuses.get(key)
    // A status with a lifetime has to be set again before that is over.
    if (status.ttl !== undefined || JSON.stringify(shown) !== JSON.stringify(status))
      await statuses.set(key, status)
  }
  return {
    ...{ leases: 'poll', rooms: statuses.rooms, parse: parsePoll, show },
    fail: (key, poll) => show(key, toFailedStatus(key, poll)),
  }
}

/** Every status, polled or not, by key. */
export async function listStatuses(
  store: Pick<Store, 'list'>,
  statuses: Pick<Statuses, 'rooms' | 'messageOf'>,
  polls: Pick<Polls, 'list'>,
): Promise<StatusRow[]> {
  const rows = new Map<string, StatusRow>()
  for await (const [room, status] of store.list(BADGE)) {
    if (rows.size >= MAX_STATUSES) break
    const key = statuses.rooms.keyOf(room)
    if (key !== undefined)
      rows.set(key, { key, status: toStatus(status), shown: statuses.messageOf(status), poll: null })
  }
  for (const [key, poll] of await polls.list())
    rows.set(key, { ...(rows.get(key) ?? { key, status: null, shown: null }), poll })
  return [...rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
}
