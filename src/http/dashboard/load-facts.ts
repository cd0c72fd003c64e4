import type { Load } from '../../schema/load-schema.ts'

/** A share of the wanted frames below which animations visibly stutter. */
const ENOUGH_FRAMES = 0.7
/** Milliseconds that a picture may wait, and that a change may take, before viewers notice. */
const LONG_WAIT = 500
const LONG_CHANGE = 1_000
/** Cores in use, of the render processes that there are, above which more pictures make all of them late. */
const BUSY_SHARE = 0.9
/** The share of one core above which this process, which has only one, is late with everything. */
const BUSY_SERVER = 0.85

/** The load of the server, as its template takes it. */
export function toLoadFacts(load: Load) {
  const { refusals } = load
  return { ...load, refusals: Object.entries(refusals), signs: signsOf(load) }
}

/** Says in words what is wrong; empty if nothing is. */
function signsOf({ server, render, waiting, changes, frames }: Load): string[] {
  const signs: string[] = []
  if (server.processor > BUSY_SERVER)
    signs.push('the server process uses nearly a whole core, which is all that it can')
  if (render.processor > BUSY_SHARE * render.workers) signs.push('the render processes draw without a break')
  if ((waiting.p95 ?? 0) > LONG_WAIT) signs.push('pictures wait for a render process')
  if ((changes.p95 ?? 0) > LONG_CHANGE) signs.push('changes show late')
  if (frames.reached < frames.wanted * ENOUGH_FRAMES) signs.push('animations miss their frame rate')
  return signs
}
