import type { Siblings } from '../cluster/siblings.ts'
import { type Metrics, mergeMetrics } from '../http/metrics/metrics.ts'
import type { MetricsNow } from '../http/metrics/metrics-now.ts'

/** The metrics of all processes that serve the port. */
export function createMachineWide(
  siblings: Siblings | undefined,
  { metrics, metricsNow }: { metrics: Metrics; metricsNow(): MetricsNow },
) {
  siblings?.answer('metrics', () => metrics.json(metricsNow()))
  return {
    contentType: metrics.contentType,
    metricsText: async (): Promise<string> =>
      siblings ? mergeMetrics(await siblings.ask('metrics')) : metrics.text(metricsNow()),
  }
}
