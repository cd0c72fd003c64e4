import { setTimeout as sleep } from 'node:timers/promises'
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ChannelObserver } from '../../channel/observer.ts'
import type { ClusterObserver, StoreOperation } from '../../cluster/observer.ts'
import type { PublicError } from '../../errors.ts'
import type { Format } from '../../picture/frame.ts'
import type { RenderLoad, RenderObserver } from '../../render/observer.ts'
import type { Drawing, DrawTimings } from '../../render/protocol.ts'
import type { PictureObserver } from '../picture/picture-observer.ts'
import type { RefusalObserver } from '../refusal-log.ts'
import { CameraMetrics } from './camera-metrics.ts'
import { LoadTotals } from './load-totals.ts'
import { METRICS } from './metric-rows.ts'
import type { MetricsNow } from './metrics-now.ts'
import { collectProcessMetrics } from './process-metrics.ts'
import { SeriesMetrics } from './series-metrics.ts'
import { StillSums } from './still-sums.ts'

/** Drawings or fan-outs that are counted later, in one batch. */
const MAX_WAITING = 200

/** Milliseconds that the event loop is measured before its lag is reported for the first time. */
const FIRST_LOOK = 50

/**
 * All metrics of one server, in a separate registry, since a host app has its own. Frequent events are counted where they
 * happen, as sums that are read here at each scrape: sending a frame calls nothing here.
 */
export class Metrics
  implements RenderObserver, ChannelObserver, ClusterObserver, PictureObserver, RefusalObserver
{
  /** What `LoadMeter` reads. */
  readonly totals = new LoadTotals()
  readonly #registry = new Registry()
  readonly #renderGauges = {
    processes: this.#gauge(METRICS.renderProcesses),
    memory: this.#gauge(METRICS.renderMemory),
    workers: this.#gauge(METRICS.renderWorkers),
    waiting: this.#gauge(METRICS.picturesWaiting),
  }
  readonly #gauges = {
    streams: this.#gauge(METRICS.streams),
    streamsLimit: this.#gauge(METRICS.streamsLimit),
    rooms: this.#gauge(METRICS.rooms),
    channels: this.#gauge(METRICS.channels),
    channelsLimit: this.#gauge(METRICS.channelsLimit),
    nodes: this.#gauge(METRICS.nodes),
    countsPartial: this.#gauge(METRICS.countsPartial),
    edges: this.#gauge(METRICS.edges),
    processes: this.#gauge(METRICS.processes),
  }
  readonly #connections = this.#gauge(METRICS.connections)
  readonly #visitors = this.#gauge(METRICS.visitors)
  readonly #sums = {
    ghosts: this.#counter(METRICS.ghosts),
    viewersEnded: this.#counter(METRICS.viewersEnded),
    probeBytes: this.#counter(METRICS.probeBytes),
    renderCpu: this.#counter(METRICS.renderCpu),
    framesWanted: this.#counter(METRICS.framesWanted),
    framesReached: this.#counter(METRICS.framesReached),
    refusals: this.#counter(METRICS.refusals),
    streamsOpened: this.#counter(METRICS.streamsOpened),
    framesSent: this.#counter(METRICS.framesSent),
    framesDropped: this.#counter(METRICS.framesDropped),
  }
  readonly #stills = this.#counter(METRICS.stills)
  readonly #sentBytes = this.#counter(METRICS.sentBytes)
  readonly #streamBytes = new Map<string, number>()
  readonly #errors = this.#counter(METRICS.errors)
  readonly #framesDrawn = this.#counter(METRICS.framesDrawn)
  readonly #framesEncoded = this.#counter(METRICS.framesEncoded)
  readonly #drawingsFailed = this.#counter(METRICS.drawingsFailed)
  readonly #framesUnchanged = this.#counter(METRICS.framesUnchanged)
  readonly #drawDuration = this.#histogram(METRICS.drawDuration)
  readonly #encodeDuration = this.#histogram(METRICS.encodeDuration)
  readonly #fanOutDuration = this.#histogram(METRICS.fanOutDuration)
  readonly #waitDuration = this.#histogram(METRICS.waitDuration)
  readonly #changeDuration = this.#histogram(METRICS.changeDuration)
  readonly #unhandledErrors = this.#counter(METRICS.unhandledErrors)
  readonly #countUnhandled = (_error: Error, origin: string) => this.#unhandledErrors.inc({ origin })
  readonly #renderRestarts = this.#counter(METRICS.renderRestarts)
  readonly #roomsForgotten = this.#counter(METRICS.roomsForgotten)
  readonly #storeErrors = this.#counter(METRICS.storeErrors)
  readonly #cameras = new CameraMetrics(this.#registry)
  readonly #series = new SeriesMetrics(this.#registry)
  /** Drawings and fan-outs not counted yet. They are counted in batches: one by one took a twelfth of a picture's time. */
  readonly #drawings: { widget: string; format: Format; took: DrawTimings }[] = []
  readonly #stillSums = new StillSums()
  readonly #fanOuts: number[] = []
  readonly #waits: number[] = []
  readonly #changes: number[] = []
  #watchesProcess = false

  constructor() {
    // Without a 0 before it, Prometheus would not see the first failure as a change.
    for (const operation of ['read', 'write', 'delete'] as const) this.#storeErrors.inc({ operation }, 0)
    for (const origin of ['uncaughtException', 'unhandledRejection']) this.#unhandledErrors.inc({ origin }, 0)
    // Only observes: whether the process continues is not decided here.
    process.on('uncaughtExceptionMonitor', this.#countUnhandled)
  }

  /** Stops counting unhandled errors. */
  close(): void {
    process.off('uncaughtExceptionMonitor', this.#countUnhandled)
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything in Prometheus's text format. */
  async text(now: MetricsNow): Promise<string> {
    await this.#update(now)
    return withoutUnmeasured(await this.#registry.metrics())
  }

  /** The same as data, for `mergeMetrics`. */
  async json(now: MetricsNow): Promise<object[]> {
    await this.#update(now)
    return this.#registry.getMetricsAsJSON()
  }

  async #update(now: MetricsNow): Promise<void> {
    await this.#watchProcess()
    this.#countPictures()
    const gauges = this.#gauges
    for (const name of Object.keys(gauges) as (keyof typeof gauges)[]) gauges[name].set(now[name])
    for (const [widget, { connections, visitors }] of now.audience) {
      this.#connections.set({ widget }, connections)
      this.#visitors.set({ widget }, visitors)
    }
    for (const sum of Object.values(this.#sums)) sum.reset()
    this.#sums.ghosts.inc(now.ended.ghost)
    for (const [reason, count] of Object.entries(now.ended)) this.#sums.viewersEnded.inc({ reason }, count)
    this.#sums.probeBytes.inc(now.probeBytes)
    this.#countLoad(now.render)
    this.#cameras.set(now.cameras)
    this.#series.set(now.series)
    for (const [widget, { streams, frames, dropped, bytes }] of now.traffic) {
      this.#sums.streamsOpened.inc({ widget }, streams)
      this.#sums.framesSent.inc({ widget }, frames)
      this.#sums.framesDropped.inc({ widget }, dropped)
      this.#sentBytes.inc({ widget, delivery: 'stream' }, bytes - (this.#streamBytes.get(widget) ?? 0))
      this.#streamBytes.set(widget, bytes)
    }
  }

  drawn(widget: string, { frame: { format }, took }: Drawing): void {
    if (this.#drawings.push({ widget, format, took }) >= MAX_WAITING) this.#countPictures()
  }

  failed(widget: string): void {
    this.#drawingsFailed.inc({ widget })
  }

  died(): void {
    this.#renderRestarts.inc()
  }

  fannedOut(took: number): void {
    if (this.#fanOuts.push(took) >= MAX_WAITING) this.#countPictures()
  }

  waited(wait: number): void {
    this.totals.waits.add(wait)
    if (this.#waits.push(wait) >= MAX_WAITING) this.#countPictures()
  }

  changeShown(took: number): void {
    this.totals.changes.add(took)
    if (this.#changes.push(took) >= MAX_WAITING) this.#countPictures()
  }

  paced(wanted: number, reached: 0 | 1): void {
    this.totals.paced(wanted, reached)
  }

  refusedClient(reason: string): void {
    this.totals.refusedClient(reason)
  }

  unchanged(): void {
    this.#framesUnchanged.inc()
  }

  roomsForgotten(rooms: number): void {
    this.#roomsForgotten.inc(rooms)
  }

  storeFailed(operation: StoreOperation): void {
    this.#storeErrors.inc({ operation })
  }

  sentStill(widget: string, status: 200 | 304, bytes: number): void {
    this.#stillSums.add(widget, status, bytes)
  }

  refused({ status, code }: PublicError): void {
    this.#errors.inc({ status, code })
  }

  #countPictures(): void {
    for (const { widget, format, took } of this.#drawings.splice(0)) {
      this.#framesDrawn.inc({ widget }, took.frames)
      this.#framesEncoded.inc({ format })
      this.#drawDuration.observe({ widget }, took.drawing / 1000)
      this.#encodeDuration.observe({ format }, took.encoding / 1000)
    }
    this.#stillSums.count(this.#stills, this.#sentBytes)
    for (const took of this.#fanOuts.splice(0)) this.#fanOutDuration.observe(took / 1000)
    for (const wait of this.#waits.splice(0)) this.#waitDuration.observe(wait / 1000)
    for (const took of this.#changes.splice(0)) this.#changeDuration.observe(took / 1000)
  }

  #countLoad({ usage, processes, workers, waiting }: RenderLoad): void {
    this.#renderGauges.processes.set(processes)
    this.#renderGauges.memory.set(usage.memoryBytes)
    this.#renderGauges.workers.set(workers)
    this.#renderGauges.waiting.set(waiting)
    const { wanted, reached, refusals } = this.totals.read()
    this.#sums.renderCpu.inc(usage.cpu / 1000)
    this.#sums.framesWanted.inc(wanted)
    this.#sums.framesReached.inc(reached)
    for (const [reason, count] of refusals) this.#sums.refusals.inc({ reason }, count)
  }

  /** Starts the process metrics at the first scrape: measuring the event loop wakes the process up 100 times a second. */
  async #watchProcess(): Promise<void> {
    if (this.#watchesProcess) return
    this.#watchesProcess = true
    collectProcessMetrics(this.#registry)
    // Without a measurement of the loop there is no lag to report.
    await sleep(FIRST_LOOK)
  }

  #counter<Label extends string>({ name, help, labels }: Named<Label>): Counter<Label> {
    return new Counter({ name, help, labelNames: labels, registers: [this.#registry] })
  }

  #gauge<Label extends string>({ name, help, labels, ...merge }: GaugeRow<Label>): Gauge<Label> {
    return new Gauge({ name, help, labelNames: labels, registers: [this.#registry], ...merge })
  }

  #histogram<Label extends string>(row: Named<Label> & { buckets: readonly number[] }): Histogram<Label> {
    const { name, help, labels, buckets } = row
    return new Histogram({
      name,
      help,
      ...{ labelNames: labels, buckets: [...buckets], registers: [this.#registry] },
    })
  }
}

/** Merges the metrics of several processes into one text: sums, and for some gauges the largest value. */
export function mergeMetrics(all: readonly unknown[]): Promise<string> {
  const merged = AggregatorRegistry.aggregate(all as object[])
  return Promise.resolve(merged.metrics()).then(withoutUnmeasured)
}

interface Named<Label extends string> {
  name: string
  help: string
  labels: readonly Label[]
}

interface GaugeRow<Label extends string> extends Named<Label> {
  aggregator?: 'max'
}

/** If there was no measurement since the last scrape, prom-client reports a lag of 292 years, or NaN. */
function withoutUnmeasured(text: string): string {
  return text.replace(/^nodejs_eventloop_lag_\w+ (9223372036\.\d+|Nan)\n/gim, '')
}
