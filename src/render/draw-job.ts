import { paint } from '../picture/encode.ts'
import type { ParamValue, RoomState, Size, Widget } from '../widget/define-widget.ts'
import { MAX_FPS } from '../widget/define-widget.ts'
import type { LoadedWidget } from '../widget/load-widget.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { Job, JobResult, StateRequest } from './protocol.ts'

/**
 * Runs a widget's `load` for a job; its room's state is asked through `ask`. Rejects with the signal's reason where
 * that comes first.
 */
export async function loadJob(
  { widget, manifest }: LoadedWidget,
  job: Job,
  signal: AbortSignal,
  ask: (request: StateRequest) => Promise<unknown>,
): Promise<unknown> {
  const room = `${job.widget}/${job.key}`
  const state: RoomState = {
    get: <T>(name: string) => ask({ room, operation: 'get', name }) as Promise<T | undefined>,
    set: async (name, value) => void (await ask({ room, operation: 'set', name, value })),
    add: (name, value) => ask({ room, operation: 'add', name, value }) as Promise<number>,
  }
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const data = widget.load?.({ room, key: job.key, params: valuesOf(manifest, job), state, signal })
  return Promise.race([data, aborted])
}

/** Draws a job whose data is there; throws whatever the widget throws. */
export function drawJob({ widget, manifest }: LoadedWidget, job: Job, data: unknown): JobResult {
  const { look, key, connections, visitors, peak } = job
  const params = valuesOf(manifest, job)
  const period = periodOf(widget, job, params)
  // The clock of an animation stands still between two frames, so that one scene is one picture.
  const time = period === undefined ? job.time : Math.floor(job.time / period) * period
  const room = `${job.widget}/${key}`
  const facts = { room, key, params, connections, visitors, peak, time, data }
  if (job.output === 'data') {
    return { data: widget.data ? widget.data(facts) : { room, connections, visitors, peak } }
  }
  const { width, height }: Size =
    typeof widget.size === 'function' ? widget.size(params, { data, room }) : look
  const sheet = { ...look, width: Math.ceil(width), height: Math.ceil(height) }
  const frame = paint(sheet, (ctx) => widget.draw(ctx, { ...facts, width, height, scale: look.scale }))
  return { frame, next: period === undefined ? undefined : time + period - job.time }
}

/** The look was read by the manifest of its time; a newer one may declare more parameters. */
function valuesOf(manifest: Manifest, job: Job): Record<string, ParamValue> {
  const usual = Object.entries(manifest.params).map(([name, spec]) => [name, spec.default] as const)
  return { ...Object.fromEntries(usual), ...job.look.params }
}

/** Milliseconds between two frames, or undefined for a widget that does not move by itself. */
function periodOf(widget: Widget, job: Job, params: Record<string, ParamValue>): number | undefined {
  if (!widget.animate) return undefined
  if ('fps' in widget.animate) return 1000 / (job.look.fps || widget.animate.fps)
  const period = widget.animate.every(params)
  if (period === Number.POSITIVE_INFINITY) return undefined
  if (!(period >= 1000 / MAX_FPS)) {
    throw new RangeError(
      `Expected animate.every() to answer at least ${Math.ceil(1000 / MAX_FPS)} ms, got ${period}`,
    )
  }
  return period
}
