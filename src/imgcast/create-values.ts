import type { Logger } from 'pino'
import type { Cluster } from '../cluster/cluster.ts'
import { clusterTime } from '../cluster/cluster-time.ts'
import { quote } from '../errors.ts'
import type { Renderer } from '../render/renderer.ts'
import { SeriesList } from '../series/series-list.ts'
import { parseNumberPoll } from '../status/poll.ts'
import { Polls, type PollTarget } from '../status/polls.ts'
import { toStatusTarget } from '../status/status-polls.ts'
import { StatusRooms } from '../status/status-rooms.ts'
import { Statuses } from '../status/statuses.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { seriesKeyOf, seriesRoom } from '../widget/number-series.ts'
import type { Closers } from './closers.ts'
import type { Options } from './options.ts'

/** The parts that pushed values need. */
interface ValuesInit {
  renderer: Renderer
  cluster: Cluster
  options: Pick<Options, 'history' | 'maxSeries'>
  client: OutgoingClient
  log: Logger
  closers: Closers
}

/** Creates the parts that store what scripts send and polls fetch: statuses and series of numbers. */
export function createValues({ renderer, cluster, options, client, log, closers }: ValuesInit) {
  const { store, bus, leases } = cluster
  const now = () => clusterTime(store)
  const statuses = new Statuses({ rooms: new StatusRooms(renderer.roles), store, bus, log, now })
  closers.defer(() => statuses.close())
  const pollsOf = (target: PollTarget) => {
    const polls = new Polls({ store, target, bus, leases, client, log })
    closers.defer(() => polls.close())
    return polls
  }
  const polls = pollsOf(toStatusTarget(statuses))
  const series = new SeriesList({
    ...{ store, bus, log, now, retention: options.history, maxSeries: options.maxSeries },
  })
  const seriesPolls = pollsOf(toSeriesTarget(series, now))
  return {
    ...{ statuses, polls, series, seriesPolls },
    /** Reads what is stored. */
    load: async () =>
      void (await Promise.all([statuses.load(), polls.load(), seriesPolls.load(), series.load()])),
  }
}

/** Polls add their results to series. */
function toSeriesTarget(series: SeriesList, now: () => number): PollTarget {
  return {
    leases: 'series-poll',
    rooms: { of: seriesRoom, keyOf: seriesKeyOf },
    parse: parseNumberPoll,
    show: async (key, { message }) => {
      const value = Number(message)
      if (!Number.isFinite(value)) throw new TypeError(`expected a number, found ${quote(message)}`)
      await series.add(key, [{ time: now(), value }], undefined, 'poll')
    },
    // No number is no number: the pictures show how old the last one is.
    fail: async () => {},
  }
}
