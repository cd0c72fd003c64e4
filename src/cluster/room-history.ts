import { quote } from '../errors.ts'
import { type HistorySpan, type RoomHistory, rangeOf } from '../widget/room-history.ts'
import type { Cluster } from './cluster.ts'
import { clusterTime } from './cluster-time.ts'
import { HITS, toHits } from './hits.ts'

/**
 * A room over the last hour, day or week, for widgets, without the steps in which nothing happened: a stranger can request
 * many rooms at once, and all steps of 24 rooms took 8 to 15 ms to send to a render process.
 * @throws TypeError for another span, or a room that is not text.
 */
export async function readRoomHistory(
  { history, presence, store }: Pick<Cluster, 'history' | 'presence' | 'store'>,
  room: unknown,
  span: unknown,
): Promise<RoomHistory> {
  if (typeof room !== 'string') throw new TypeError(`Expected \`room\` to be text, got ${quote(room)}`)
  const range = rangeOf(span as HistorySpan, clusterTime(store))
  const [steps, { connections, visitors, peak }, { peakToday, since }, hits] = await Promise.all([
    history.read(room, range),
    presence.counts(room),
    history.record(room),
    store.get(room, HITS),
  ])
  return { room, ...range, steps, connections, visitors, peak, peakToday, hits: toHits(hits), since }
}
