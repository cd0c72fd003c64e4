import { Counter, Gauge, type Registry } from 'prom-client'
import { METRICS } from './metric-rows.ts'
import type { SeriesFigures } from './metrics-now.ts'

/** The metrics of series of numbers, which are read at each scrape. */
export class SeriesMetrics {
  readonly #stored: Gauge
  readonly #limit: Gauge
  readonly #numbers: Counter<'source'>

  constructor(registry: Registry) {
    const registers = [registry]
    const gauge = ({ name, help, aggregator }: typeof METRICS.series | typeof METRICS.seriesLimit) =>
      new Gauge({ name, help, aggregator, registers })
    this.#stored = gauge(METRICS.series)
    this.#limit = gauge(METRICS.seriesLimit)
    const { name, help, labels } = METRICS.seriesNumbers
    this.#numbers = new Counter({ name, help, labelNames: labels, registers })
  }

  set({ stored, limit, numbers }: SeriesFigures): void {
    this.#stored.set(stored)
    this.#limit.set(limit)
    this.#numbers.reset()
    for (const [source, count] of Object.entries(numbers)) this.#numbers.inc({ source }, count)
  }
}
