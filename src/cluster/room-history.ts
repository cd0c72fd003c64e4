import { quote } from '../errors.ts'
import { emptyHistory, HISTORY_SPANS, type HistorySpan, type RoomHistory } from '../widget/room-history.ts'
import type { Cluster } from './cluster.ts'
import { HITS, toHits } from './hits.ts'

/** A room over the last hour, day or week, for widgets. @throws TypeError for another span, or a room that is not text. */
export async function readRoomHistory(
  { history, presence, store }: Pick<Cluster, 'history' | 'presence' | 'store'>,
  room: unknown,
  span: unknown,
  now = Date.now(),
): Promise<RoomHistory> {
  if (typeof room !== 'string') throw new TypeError(`Expected \`room\` to be text, got ${quote(room)}`)
  if (!Object.hasOwn(HISTORY_SPANS, String(span)))
    throw new TypeError(
      `Expected \`span\` to be one of ${Object.keys(HISTORY_SPANS).join(', ')}, got ${quote(span)}`,
    )
  const empty = emptyHistory(span as HistorySpan, now)
  const [found, { connections, visitors, peak }, { peakToday, since }, hits] = await Promise.all([
    history.read(room, empty),
    presence.counts(room),
    history.record(room),
    store.get(room, HITS),
  ])
  const known = new Map(found.map((each) => [each.time, each]))
  const steps = empty.steps.map((each) => known.get(each.time) ?? each)
  return { room, ...empty, steps, connections, visitors, peak, peakToday, hits: toHits(hits), since }
}
