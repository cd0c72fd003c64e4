import type { Counter } from 'prom-client'

/** The stills of one widget since they were last counted. */
interface Sum {
  200: number
  304: number
  bytes: number
}

/** Sums up stills by widget: a counter with labels takes as long for one still as for thousands. */
export class StillSums {
  readonly #sums = new Map<string, Sum>()

  /** Adds one still. @param bytes of its body */
  add(widget: string, status: 200 | 304, bytes: number): void {
    let sum = this.#sums.get(widget)
    if (!sum) {
      sum = { 200: 0, 304: 0, bytes: 0 }
      this.#sums.set(widget, sum)
    }
    sum[status] += 1
    sum.bytes += bytes
  }

  /** Adds the sums to counters, and begins new ones. */
  count(stills: Counter<'widget' | 'status'>, bytes: Counter<'widget' | 'delivery'>): void {
    for (const [widget, sum] of this.#sums) {
      for (const status of [200, 304] as const)
        if (sum[status] > 0) stills.inc({ widget, status }, sum[status])
      bytes.inc({ widget, delivery: 'still' }, sum.bytes)
    }
    this.#sums.clear()
  }
}
