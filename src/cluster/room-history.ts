import { quote } from '../errors.ts'
import type { HistorySpan, RoomHistory } from '../widget/room-history.ts'
import type { Cluster } from './cluster.ts'
import { DAY, HOUR, MINUTE } from './minute.ts'
import { emptyStep } from './roll-up.ts'

const SPANS: ReadonlyMap<HistorySpan, { length: number; step: number }> = new Map([
  ['hour', { length: HOUR, step: MINUTE }],
  ['day', { length: DAY, step: 10 * MINUTE }],
  ['week', { length: 7 * DAY, step: HOUR }],
])

/** A room over the last hour, day or week, as widgets get it. @throws TypeError for another span, or no room. */
export async function readRoomHistory(
  { history, presence }: Pick<Cluster, 'history' | 'presence'>,
  room: unknown,
  span: unknown,
  now = Date.now(),
): Promise<RoomHistory> {
  if (typeof room !== 'string') throw new TypeError(`Expected \`room\` to be text, got ${quote(room)}`)
  const wanted = SPANS.get(span as HistorySpan)
  if (!wanted)
    throw new TypeError(`Expected \`span\` to be one of ${[...SPANS.keys()].join(', ')}, got ${quote(span)}`)
  const { length, step } = wanted
  const to = (Math.floor(now / step) + 1) * step
  const from = to - length
  const [found, counts] = await Promise.all([history.read(room, { from, to, step }), presence.counts(room)])
  const known = new Map(found.map((each) => [each.time, each]))
  const steps = Array.from({ length: length / step }, (_, index) => {
    const time = from + index * step
    return known.get(time) ?? emptyStep(time)
  })
  return { room, from, to, step, steps, ...counts }
}
