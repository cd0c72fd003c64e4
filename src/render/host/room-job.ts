import type { Fault } from '../../errors.ts'
import type { LoadedWidget } from '../../widget/load-widget.ts'
import { isParser } from '../../widget/param.ts'
import { roomOf } from '../../widget/room.ts'
import type { Job, Reading } from '../protocol.ts'
import { roomScope, valuesOf } from './job-scope.ts'
import { synchronous } from './mistake.ts'
import type { PushQueue } from './push-queue.ts'
import type { AskState } from './room-state.ts'

/** The maximum of pictures that one can embed: each costs a channel. */
const MAX_EMBEDDED = 16

/** Calls a widget to parse the parameters that only it can read, and to list the pictures that it embeds. */
export function readJob({ widget, manifest }: LoadedWidget, job: Job): Reading {
  const faults = Object.entries(widget.params ?? {}).flatMap(([name, param]): Fault[] => {
    if (!isParser(param)) return []
    const raw = job.look.params[name]
    try {
      param.parse(raw === '' ? undefined : raw)
      return []
    } catch (error) {
      return [{ name, detail: describeError(error) }]
    }
  })
  if (faults.length > 0 || !widget.shows) return { faults, shows: [] }
  const { widget: name, key } = job
  const scope = { room: roomOf({ widget: name, key }), key, params: valuesOf({ widget, manifest }, job) }
  const shows = synchronous('shows', widget.shows(scope))
  if (shows.length <= MAX_EMBEDDED) return { faults, shows }
  const detail = `expected at most ${MAX_EMBEDDED} pictures, got ${shows.length}`
  return { faults: [{ name: 'show', detail }], shows: [] }
}

/** Calls a widget's listener for an event of a room. */
export async function deliverEvent(
  { widget, manifest }: LoadedWidget,
  job: Job,
  ask: AskState,
): Promise<void> {
  const { event, connections, visitors, peak } = job
  const scope = { ...roomScope(manifest, job, ask), connections, visitors, peak }
  switch (event?.type) {
    case 'join':
      return widget.onJoin?.(scope)
    case 'leave':
      return widget.onLeave?.(scope)
    case 'click':
      return widget.onClick?.({ ...scope, ...event.click })
  }
}

/** Runs a widget's source of changes until it is aborted; rejects if it throws. */
export async function runSource(
  { widget, manifest }: LoadedWidget,
  job: Job,
  signal: AbortSignal,
  queue: Pick<PushQueue, 'put'>,
  ask: AskState,
): Promise<void> {
  const params = valuesOf({ widget, manifest }, job)
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const started = widget.start?.({
    ...roomScope(manifest, job, ask),
    params,
    signal,
    redraw: () => queue.put(undefined),
    push: (data) => queue.put({ data }),
  })
  // A `start` that resolves early may have set up listeners: it continues until it is aborted.
  const failed = Promise.resolve(started).then(() => aborted)
  await Promise.race([failed, aborted])
}

/** Zod and similar libraries list the errors as issues. */
function describeError(error: unknown): string {
  const { issues } = error as { issues?: readonly { message?: unknown }[] }
  const words = Array.isArray(issues) ? issues.map(({ message }) => String(message)) : []
  return words.length > 0 ? words.join(', ') : error instanceof Error ? error.message : String(error)
}
