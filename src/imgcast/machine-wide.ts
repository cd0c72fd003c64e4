import type { Siblings } from '../cluster/siblings.ts'
import { type Metrics, type MetricsNow, mergeMetrics } from '../http/metrics/metrics.ts'
import type { CountedSocket } from '../system/socket-table.ts'

/** What one process knows of itself. */
interface OwnFacts {
  metrics: Metrics
  metricsNow(): MetricsNow
  sockets(): CountedSocket[]
}

/** The metrics and the counted sockets of all processes that serve the port. */
export function createMachineWide(siblings: Siblings | undefined, own: OwnFacts) {
  const { metrics, metricsNow, sockets } = own
  siblings?.answer('metrics', () => metrics.json(metricsNow()))
  siblings?.answer('sockets', sockets)
  return {
    contentType: metrics.contentType,
    metricsText: async (): Promise<string> =>
      siblings ? mergeMetrics(await siblings.ask('metrics')) : metrics.text(metricsNow()),
    sockets: async (): Promise<CountedSocket[]> =>
      siblings ? ((await siblings.ask('sockets')) as CountedSocket[][]).flat() : sockets(),
  }
}
