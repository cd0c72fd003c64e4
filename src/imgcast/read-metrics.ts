import type { Channels } from '../channel/channels.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Presence } from '../cluster/presence.ts'
import type { Edges } from '../edge/edges.ts'
import type { CameraMeter } from '../http/metrics/camera-meter.ts'
import type { MetricsNow } from '../http/metrics/metrics-now.ts'
import type { Probe } from '../http/stream/probe.ts'
import type { Renderer } from '../render/renderer.ts'
import type { SeriesList } from '../series/series-list.ts'
import type { Memberships } from '../viewer/memberships.ts'
import type { Viewers } from '../viewer/viewers.ts'
import type { Options } from './options.ts'

/** The parts that keep counts of their own. */
export interface MetricsSources {
  options: Options
  viewers: Viewers
  presence: Presence
  channels: Channels
  renderer: Pick<Renderer, 'load'>
  cluster: Pick<Cluster, 'report'>
  edges: Edges
  probe: Probe | undefined
  memberships: Memberships
  /** @default none */
  cameras?: Pick<CameraMeter, 'list'>
  /** @default none */
  series?: Pick<SeriesList, 'figures'>
}

const NO_SERIES = { stored: 0, limit: 0, numbers: { push: 0, poll: 0 } }

/** Reads the counts for the metrics. */
export function readMetrics(sources: MetricsSources): MetricsNow {
  const { options, viewers, presence, channels, renderer, cluster, edges, probe, memberships } = sources
  const cameras = sources.cameras?.list() ?? []
  const report = cluster.report?.()
  return {
    ...{ streams: viewers.size, streamsLimit: options.maxConnections, rooms: presence.openRooms },
    ...{ channels: channels.size, channelsLimit: options.maxChannels, render: renderer.load },
    ...{
      ended: viewers.ended,
      nodes: report?.nodes.filter(({ isEdge }) => isEdge !== true).length || 1,
      edges: edges.size,
      processes: 1,
    },
    ...{ countsPartial: Number(report?.isPartial ?? false), probeBytes: probe?.bytes ?? 0 },
    ...{ audience: memberships.audience.counts(), traffic: viewers.traffic, cameras },
    series: sources.series?.figures ?? NO_SERIES,
  }
}
