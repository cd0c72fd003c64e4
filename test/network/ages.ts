import type { Sight } from './network.ts'

/** How old each picture was on arrival, by the time that is written in it. */
export function ages(sights: readonly Sight[]): number[] {
  return sights.flatMap(({ at, stamp }) => (stamp === undefined ? [] : [at - stamp]))
}

/** The value below which a share of a list lies; 1 gives the largest. */
export function percentile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Milliseconds as people read them. */
export function seconds(time: number): string {
  return `${(time / 1000).toFixed(2)} s`
}
