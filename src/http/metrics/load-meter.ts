import type { RenderLoad } from '../../render/observer.ts'
import type { Load } from '../../schema/load-schema.ts'
import { every } from '../../system/every.ts'
import type { LoadReading, LoadTotals } from './load-totals.ts'
import type { Tally } from './tally.ts'

interface Reading extends LoadReading {
  at: number
  serverCpu: number
  renderCpu: number
}

/** Milliseconds between two readings, and the number that is kept: a minute's, and the one before it. */
const INTERVAL = 5_000
const READINGS = 13

/** The server's load in the last minute, for operators. */
export class LoadMeter {
  readonly #totals: LoadTotals
  readonly #render: () => RenderLoad
  readonly #readings: Reading[] = []
  readonly #stop: () => void

  constructor(totals: LoadTotals, render: () => RenderLoad) {
    this.#totals = totals
    this.#render = render
    this.#readings.push(this.#read())
    this.#stop = every(INTERVAL, () => this.#keep())
  }

  /** The last minute, or the time since the start. */
  now(): Load {
    const now = this.#read()
    const before = this.#readings[0] ?? now
    const seconds = Math.max(0.001, (now.at - before.at) / 1000)
    const { usage, processes, workers, waiting } = this.#render()
    const { waits, changes } = this.#totals
    const wanted = now.wanted - before.wanted
    return {
      seconds: round(seconds, 1),
      server: {
        processor: round((now.serverCpu - before.serverCpu) / 1000 / seconds, 3),
        memoryBytes: process.memoryUsage.rss(),
      },
      render: {
        processes,
        workers,
        processor: round((now.renderCpu - before.renderCpu) / 1000 / seconds, 3),
        memoryBytes: usage.memoryBytes,
      },
      waiting: { pictures: waiting, ...quantilesOf(waits, before.waits) },
      changes: quantilesOf(changes, before.changes),
      frames: {
        wanted: round(wanted / seconds, 1),
        // A change between two frames can add one.
        reached: round(Math.min(wanted, now.reached - before.reached) / seconds, 1),
      },
      refusals: refusalsSince(before.refusals, now.refusals),
    }
  }

  close(): void {
    this.#stop()
  }

  #keep(): void {
    this.#readings.push(this.#read())
    if (this.#readings.length > READINGS) this.#readings.shift()
  }

  #read(): Reading {
    const { user, system } = process.cpuUsage()
    return {
      ...this.#totals.read(),
      at: performance.now(),
      serverCpu: (user + system) / 1000,
      renderCpu: this.#render().usage.cpu,
    }
  }
}

function quantilesOf(tally: Tally, before: readonly number[]) {
  const at = (share: number) => {
    const value = tally.quantile(share, before)
    return value === null ? null : round(value, 1)
  }
  return { median: at(0.5), p95: at(0.95) }
}

/** By reason, the most frequent first. */
function refusalsSince(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): Record<string, number> {
  const since = [...now].map(([reason, count]) => [reason, count - (before.get(reason) ?? 0)] as const)
  return Object.fromEntries(since.filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]))
}

function round(value: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
