import type { Frame } from '../picture/frame.ts'
import type { Viewer } from './viewer.ts'

/** Milliseconds of sending after which the event loop gets a turn, so that a crowd does not delay new requests longer. */
const SLICE = 4
/** Viewers that are served between two readings of the clock. */
const VIEWERS_PER_CHECK = 16

/**
 * Shows a frame to every viewer, in slices between which the event loop gets a turn. A few viewers are served before this
 * returns. Viewers that leave meanwhile are skipped, and so are viewers that join: they get a frame when they join.
 * @returns the milliseconds that the sending took, without other work between the slices.
 */
export async function fanOut(
  viewers: ReadonlySet<Viewer>,
  frame: Frame,
  show: (viewer: Viewer, frame: Frame) => void,
): Promise<number> {
  let took = 0
  let from = performance.now()
  let left = VIEWERS_PER_CHECK
  const crowd = [...viewers]
  let at = 0
  // The set iterates in the order of joining, without viewers that left meanwhile, and new ones come last. Iterating it
  // costs one percent of the total time.
  for (const viewer of viewers) {
    while (at < crowd.length && crowd[at] !== viewer) at += 1
    if (at === crowd.length) break
    show(viewer, frame)
    left -= 1
    if (left > 0) continue
    left = VIEWERS_PER_CHECK
    if (performance.now() - from < SLICE) continue
    took += await untilSent(from)
    await new Promise((resolve) => setImmediate(resolve))
    from = performance.now()
  }
  return took + (await untilSent(from))
}

/** The milliseconds since `from`, including work that viewers defer to the end of the current turn. */
async function untilSent(from: number): Promise<number> {
  await undefined
  return performance.now() - from
}
