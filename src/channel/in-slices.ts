/** Milliseconds of work after which the event loop gets a turn. */
const SLICE = 4

/** Calls `step` for each item in order, and yields to the event loop every 4 ms. */
export async function inSlices<T>(items: Iterable<T>, step: (item: T) => void): Promise<void> {
  let from = performance.now()
  for (const item of items) {
    step(item)
    if (performance.now() - from < SLICE) continue
    await new Promise((resolve) => setImmediate(resolve))
    from = performance.now()
  }
}
