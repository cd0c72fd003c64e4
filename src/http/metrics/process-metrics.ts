import { collectDefaultMetrics, type Registry } from 'prom-client'

/** Gauges with the suffix of counters, which `promtool check metrics` refuses; those without it have the same by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** Adds the metrics of this process: processor time, memory, the event loop. */
export function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register })
  for (const name of MISNAMED) register.removeSingleMetric(name)
}
