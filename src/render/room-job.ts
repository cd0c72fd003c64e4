import type { Fault } from '../errors.ts'
import type { LoadedWidget } from '../widget/load-widget.ts'
import { isParser } from '../widget/param.ts'
import { roomOf } from '../widget/room.ts'
import { valuesOf } from './draw-job.ts'
import type { Outbox } from './outbox.ts'
import type { Job, Reading } from './protocol.ts'
import { type AskState, roomScope } from './room-scope.ts'

/** What a widget shows, if it says so: more would be more channels than one picture is worth. */
const MOST_SHOWN = 16

/** Has a widget read its own parameters, and say which pictures it shows. */
export function readJob({ widget, manifest }: LoadedWidget, job: Job): Reading {
  const faults = Object.entries(widget.params ?? {}).flatMap(([name, param]): Fault[] => {
    if (!isParser(param)) return []
    const raw = job.look.params[name]
    try {
      param.parse(raw === '' ? undefined : raw)
      return []
    } catch (error) {
      return [{ name, detail: sayFault(error) }]
    }
  })
  if (faults.length > 0 || !widget.shows) return { faults, shows: [] }
  const { widget: name, key } = job
  const shows = widget.shows({
    room: roomOf({ widget: name, key }),
    key,
    params: valuesOf({ widget, manifest }, job),
  })
  if (shows.length <= MOST_SHOWN) return { faults, shows }
  const detail = `expected at most ${MOST_SHOWN} pictures, got ${shows.length}`
  return { faults: [{ name: 'show', detail }], shows: [] }
}

/** Tells a widget what happened in a room. */
export async function hearJob({ widget }: LoadedWidget, job: Job, ask: AskState): Promise<void> {
  const { event, connections, visitors, peak } = job
  const scope = { ...roomScope(job, ask), connections, visitors, peak }
  switch (event?.type) {
    case 'join':
      return widget.onJoin?.(scope)
    case 'leave':
      return widget.onLeave?.(scope)
    case 'click':
      return widget.onClick?.(event.click, scope)
  }
}

/** Runs a widget's source of changes until it is aborted; rejects where it throws. */
export async function sourceJob(
  { widget, manifest }: LoadedWidget,
  job: Job,
  signal: AbortSignal,
  outbox: Outbox,
  ask: AskState,
): Promise<void> {
  const params = valuesOf({ widget, manifest }, job)
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const started = widget.start?.({
    ...roomScope(job, ask),
    params,
    signal,
    redraw: () => outbox.put(undefined),
    push: (data) => outbox.put({ data }),
  })
  // One that is done before its time may have set up listeners of its own: it lives on.
  const failed = Promise.resolve(started).then(() => aborted)
  await Promise.race([failed, aborted])
}

/** Zod and its like say what is wrong in a list of issues. */
function sayFault(error: unknown): string {
  const { issues } = error as { issues?: readonly { message?: unknown }[] }
  const words = Array.isArray(issues) ? issues.map(({ message }) => String(message)) : []
  return words.length > 0 ? words.join(', ') : error instanceof Error ? error.message : String(error)
}
