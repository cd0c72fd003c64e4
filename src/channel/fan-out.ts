import type { Frame } from '../picture/frame.ts'
import type { Viewer } from './viewer.ts'

/** Milliseconds of sending after which the event loop gets a turn, so that a crowd does not delay new requests longer. */
const SLICE = 4
/** Viewers that are served between two readings of the clock. */
const VIEWERS_PER_CHECK = 16

/**
 * Shows a frame to every viewer, in slices between which the event loop gets a turn. A few viewers are served before this
 * returns. Viewers that leave meanwhile are skipped, and so are viewers that join: they get a frame when they join.
 * @param onSent called once, with the milliseconds that the sending took, without other work between the slices. No
 * promise: thirty times a second each of its steps runs in code that the processor has forgotten.
 */
export function fanOut(
  viewers: ReadonlySet<Viewer>,
  frame: Frame,
  show: (viewer: Viewer, frame: Frame) => void,
  onSent: (took: number) => void,
): void {
  const crowd = [...viewers]
  // The set iterates in the order of joining, without viewers that left meanwhile, and new ones come last. Iterating it
  // costs one percent of the total time.
  const present = viewers.values()
  let at = 0
  let took = 0
  const sendSlice = () => {
    const from = performance.now()
    let isDone = true
    let left = VIEWERS_PER_CHECK
    for (const viewer of present) {
      while (at < crowd.length && crowd[at] !== viewer) at += 1
      if (at === crowd.length) break
      show(viewer, frame)
      left -= 1
      if (left > 0) continue
      left = VIEWERS_PER_CHECK
      isDone = performance.now() - from < SLICE
      if (!isDone) break
    }
    // After the work that viewers defer to the end of the current turn.
    queueMicrotask(() => {
      took += performance.now() - from
      if (isDone) onSent(took)
      else setImmediate(sendSlice)
    })
  }
  sendSlice()
}
