/** The scale of a run. */
const SCALES = {
  full: { viewers: (count) => count, time: (time) => time, rounds: (count) => count },
  quick: { viewers: (count) => Math.min(count, 1000), time: (time) => Math.min(time, 700), rounds: () => 1 },
  smoke: { viewers: (count) => Math.min(count, 20), time: (time) => Math.min(time, 600), rounds: () => 1 },
}

/** `full`, `quick` (under a minute) or `smoke` (checks that everything works; its numbers mean nothing). */
export function toScale(name) {
  return { name, ...SCALES[name] }
}

export function median(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The noise, which a significant difference exceeds: the spread of the middle four fifths, as a fraction of the median. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length / 10)
  return (sorted[sorted.length - 1 - cut] - sorted[cut]) / median(values)
}

/**
 * Runs the subjects in turn, repeatedly, so that a slow minute of the machine affects all of them; returns their results.
 * Undefined subjects are skipped.
 */
export async function alternate(subjects, rounds, run) {
  const names = Object.keys(subjects).filter((name) => subjects[name] !== undefined)
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) results[name].push(await run(subjects[name], name))
  }
  return results
}

/** Ends everything that was started, even if the work fails. */
export async function using(started, work) {
  try {
    return await work(started)
  } finally {
    for (const each of [started].flat()) await each?.end()
  }
}

/** A figure compared with a control's: holds if it is at most `limit` times as large. */
export function ratio(what, unit, ours, control, limit, noise) {
  const value = ours / control
  return { what, unit, ours, control, value, limit, holds: value <= limit, noise }
}

/** A figure with an upper limit. */
export function atMost(what, unit, ours, limit, control) {
  return { what, unit, ours, control, value: ours, limit, holds: ours <= limit }
}

/** A figure with a lower limit. */
export function atLeast(what, unit, ours, limit, control) {
  return { what, unit, ours, control, value: ours, limit, floor: true, holds: ours >= limit }
}

/** A figure without a limit. */
export function figure(what, unit, ours, control) {
  return { what, unit, ours, control }
}

export const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time))
