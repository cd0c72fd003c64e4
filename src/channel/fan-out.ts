import type { Frame } from '../picture/frame.ts'
import type { Viewer } from './viewer.ts'

/** Milliseconds of showing after which others get a turn: a new page waits no longer than that for a crowd. */
const SLICE = 4
/** Viewers between two looks at the clock. */
const BETWEEN_LOOKS = 16

/**
 * Shows a frame to all viewers, in slices with the rest of the process's work between them; a small crowd's is done
 * before this returns. Whoever joins or leaves meanwhile is left to itself.
 * @returns the milliseconds it took, without those of the others' work.
 */
export async function fanOut(
  viewers: ReadonlySet<Viewer>,
  frame: Frame,
  show: (viewer: Viewer, frame: Frame) => void,
): Promise<number> {
  let took = 0
  let from = performance.now()
  let left = BETWEEN_LOOKS
  const crowd = [...viewers]
  let at = 0
  // The set is gone through in the order of joining: it leaves out who left meanwhile, and who joined comes behind all of
  // the crowd. To ask it for each viewer takes a hundredth of the whole time.
  for (const viewer of viewers) {
    while (at < crowd.length && crowd[at] !== viewer) at += 1
    if (at === crowd.length) break
    show(viewer, frame)
    left -= 1
    if (left > 0) continue
    left = BETWEEN_LOOKS
    if (performance.now() - from < SLICE) continue
    took += await untilSent(from)
    await new Promise((resolve) => setImmediate(resolve))
    from = performance.now()
  }
  return took + (await untilSent(from))
}

/** The milliseconds since `from`, with those that viewers put off to the end of this turn. */
async function untilSent(from: number): Promise<number> {
  await undefined
  return performance.now() - from
}
