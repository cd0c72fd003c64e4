import type { Load } from '../../schema/load-schema.ts'

/** The share of required frames below which animations visibly stutter. */
const ENOUGH_FRAMES = 0.7
/** Milliseconds of waiting, and of a change's delay, above which viewers notice. */
const LONG_WAIT = 500
const LONG_CHANGE = 1_000
/** The share of busy render processes above which more pictures make all of them late. */
const BUSY_SHARE = 0.9
/** The share of one core above which this process, which uses only one, is late with everything. */
const BUSY_SERVER = 0.85

/** The load of the server, as its template needs it. */
export function toLoadFacts(load: Load) {
  const { refusals } = load
  const nodes = load.cluster?.nodes ?? []
  const sum = (read: (node: (typeof nodes)[number]) => number | undefined) =>
    nodes.reduce((all, node) => all + (read(node) ?? 0), 0)
  const together = {
    connections: sum(({ connections }) => connections),
    processor: sum(({ processor }) => processor),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
  }
  return { ...load, refusals: Object.entries(refusals), signs: signsOf(load), together }
}

/** Describes the signs of overload in words; empty if there are none. */
function signsOf({ server, render, waiting, changes, frames }: Load): string[] {
  const signs: string[] = []
  if (server.processor > BUSY_SERVER)
    signs.push('the server process uses nearly a whole core, which is its maximum')
  if (render.processor > BUSY_SHARE * render.workers) signs.push('the render processes draw without a break')
  if ((waiting.p95 ?? 0) > LONG_WAIT) signs.push('pictures wait for a render process')
  if ((changes.p95 ?? 0) > LONG_CHANGE) signs.push('changes show late')
  if (frames.reached < frames.wanted * ENOUGH_FRAMES) signs.push('animations miss their frame rate')
  return signs
}
