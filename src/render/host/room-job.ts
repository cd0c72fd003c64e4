import type { Fault } from '../../errors.ts'
import { failure } from '../../widget/failure.ts'
import type { LoadedWidget } from '../../widget/load-widget.ts'
import { isParser } from '../../widget/param.ts'
import { roomOf } from '../../widget/room.ts'
import type { Click, Size } from '../../widget/widget.ts'
import type { Job, Reading } from '../protocol.ts'
import { loadJob } from './draw-job.ts'
import { roomScope, valuesOf } from './job-scope.ts'
import { Mistake, synchronous } from './mistake.ts'
import { pictureSize } from './picture-size.ts'
import type { PushQueue } from './push-queue.ts'
import type { AskState } from './room-state.ts'

/** The maximum of pictures that one can embed: each costs a channel. */
const MAX_EMBEDDED = 16

/** Calls a widget to parse the parameters that only it can read, and to list the pictures that it embeds. */
export function readJob({ widget, manifest }: LoadedWidget, job: Job): Reading {
  const faults = findFaults(widget, job)
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
  loaded: LoadedWidget,
  job: Job,
  ask: AskState,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { widget, manifest } = loaded
  const { event, connections, visitors, peak } = job
  const scope = { ...roomScope(manifest, job, ask), connections, visitors, peak }
  switch (event?.type) {
    case 'join':
      return widget.onJoin?.(scope)
    case 'leave':
      return widget.onLeave?.(scope)
    case 'click': {
      const { size, params } = await findClicked(loaded, job, signal, ask)
      const click = toOwnPixels(event.click, size, event.shown)
      return widget.onClick?.({ ...scope, ...size, params, ...click })
    }
    case 'collect':
      return widget.collect?.run({ ...roomScope(loaded.manifest, job, ask), signal })
  }
}

/** The picture that a click's URL describes. Its size may depend on the result of `load`. */
async function findClicked(loaded: LoadedWidget, job: Job, signal: AbortSignal, ask: AskState) {
  const { widget } = loaded
  const [fault] = findFaults(widget, job)
  if (fault) throw failure(`${fault.name}: ${fault.detail}`.slice(0, 200), { status: 400 })
  const params = valuesOf(loaded, job)
  const isLoaded = typeof widget.size === 'function' && widget.load !== undefined
  const data = isLoaded ? (await loadJob(loaded, job, signal, ask)).data : undefined
  const scope = { data, room: roomOf(job), key: job.key, pictures: [] }
  return { size: pictureSize(loaded, job.look, { params, ...scope }), params }
}

/**
 * Browsers send the point in the picture as they show it, which may be another size than its own. Rounded down: the last
 * pixel that they show is the last one of the picture, not the one after it.
 */
function toOwnPixels(click: Click, size: Size, shown: Size = size): Click {
  const { x, y } = click
  if (x === undefined || y === undefined) return click
  return {
    ...click,
    x: Math.floor((x * size.width) / shown.width),
    y: Math.floor((y * size.height) / shown.height),
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
  const failed = Promise.resolve(started).then((result: unknown) => {
    if (typeof result !== 'function') return aborted
    throw new Mistake(
      'returned a function from `start`: stop in a listener of `signal`, which nothing else calls',
    )
  })
  await Promise.race([failed, aborted])
}

/** The parameters that only the widget's own code can read, and cannot. */
function findFaults({ params = {} }: LoadedWidget['widget'], { look }: Job): Fault[] {
  return Object.entries(params).flatMap(([name, param]): Fault[] => {
    if (!isParser(param)) return []
    const raw = look.params[name]
    try {
      param.parse(raw === '' ? undefined : raw)
      return []
    } catch (error) {
      return [{ name, detail: describeError(error) }]
    }
  })
}

/** Zod and similar libraries list the errors as issues. */
function describeError(error: unknown): string {
  const { issues } = error as { issues?: readonly { message?: unknown }[] }
  const words = Array.isArray(issues) ? issues.map(({ message }) => String(message)) : []
  return words.length > 0 ? words.join(', ') : error instanceof Error ? error.message : String(error)
}
