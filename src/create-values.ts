import type { Logger } from 'pino'
import type { Closers } from './closers.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { Options } from './options.ts'
import type { Renderer } from './render/renderer.ts'
import { SeriesList } from './series/series-list.ts'
import { Polls } from './status/polls.ts'
import { StatusRooms } from './status/status-rooms.ts'
import { Statuses } from './status/statuses.ts'
import type { OutgoingClient } from './system/outgoing.ts'

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
  const statuses = new Statuses({ rooms: new StatusRooms(renderer.roles), store, bus, log })
  closers.defer(() => statuses.close())
  const polls = new Polls({ store, statuses, bus, leases, client, log })
  closers.defer(() => polls.close())
  const series = new SeriesList({
    ...{ store, bus, log, retention: options.history, maxSeries: options.maxSeries },
  })
  return { statuses, polls, series }
}
