/** The warm-up; growth after it is permanent. */
const WARM_UP = 5 * 60_000
/** The allowed growth, as a fraction of the beginning: the noise of a garbage collector. */
const SLACK = 0.1

/** Compares the last fifth of a soak with the fifth after the warm-up, and reports flat and growing resources. */
export function judge(samples) {
  const warm = samples.filter(({ time }) => time >= Math.min(WARM_UP, samples.at(-1).time / 4))
  const fifth = Math.max(1, Math.floor(warm.length / 5))
  const first = warm.slice(0, fifth)
  const last = warm.slice(-fifth)
  const measures = {
    serverBytes: ({ serverBytes }) => serverBytes,
    rendererBytes: ({ rendererBytes }) => rendererBytes.reduce((sum, bytes) => sum + bytes, 0),
    descriptors: (each) => each.descriptors,
    timers: ({ timers }) => timers ?? 0,
    alive: ({ alive }) => alive,
  }
  return Object.fromEntries(
    Object.entries(measures).map(([name, read]) => {
      const [before, after] = [mean(first.map(read)), mean(last.map(read))]
      return [
        name,
        { before: Math.round(before), after: Math.round(after), flat: after <= before * (1 + SLACK) + 5 },
      ]
    }),
  )
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
