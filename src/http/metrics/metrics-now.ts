import type { EndReason } from '../../channel/viewer.ts'
import type { RenderLoad } from '../../render/observer.ts'
import type { WidgetCounts } from '../../viewer/audience.ts'
import type { Traffic } from '../../viewer/traffic.ts'
import type { MeteredCamera } from './camera-meter.ts'

/** The figures of all series of numbers. */
export interface SeriesFigures {
  /** Series that are stored, as last counted. */
  stored: number
  limit: number
  /** Numbers that this process received since its start. */
  numbers: Readonly<Record<'push' | 'poll', number>>
}

/** Counts that other parts keep, read at each scrape. */
export interface MetricsNow {
  streams: number
  streamsLimit: number
  rooms: number
  channels: number
  channelsLimit: number
  /** Servers that share a Redis. */
  nodes: number
  /** 1, of which `mergeMetrics` makes a sum: one that does not reply in time is missing in it. */
  processes: 1
  /** Edges that are connected to this server. */
  edges: number
  /** 1 if the counts are those of this server alone, because it cannot reach the others. */
  countsPartial: number
  render: RenderLoad
  /** Viewers that ended since the start. */
  ended: Readonly<Record<EndReason, number>>
  probeBytes: number
  /** By widget. */
  audience: Iterable<[widget: string, counts: WidgetCounts]>
  traffic: Iterable<[widget: string, traffic: Readonly<Traffic>]>
  cameras: readonly MeteredCamera[]
  series: SeriesFigures
}
