import type { SKRSContext2D as Context } from '@napi-rs/canvas'
import { paintAnimation } from '../picture/animation.ts'
import { paint } from '../picture/encode.ts'
import { paintSvg } from '../picture/svg.ts'
import type { ParamValue, RoomState, Size } from '../widget/define-widget.ts'
import type { LoadedWidget } from '../widget/load-folder.ts'
import type { Manifest } from '../widget/manifest.ts'
import { isTheme } from '../widget/param.ts'
import { GIF_TIME, motionOf, planMoments } from './moments.ts'
import type { Job, JobResult, StateRequest } from './protocol.ts'

/** Runs a widget's `load` for a job; its room's state is asked through `ask`. */
export function loadJob(
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
  return (async () => widget.load?.({ room, key: job.key, params: valuesOf(manifest, job), state, signal }))()
}

/** Draws a job whose data is there, in one go; throws whatever the widget throws. */
export function drawJob(loaded: LoadedWidget, job: Job, data: unknown): JobResult {
  const steps = drawSteps(loaded, job, data)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Draws a job whose data is there, with a pause after each frame of an animation; throws whatever the widget throws. */
export function* drawSteps(
  { widget, manifest }: LoadedWidget,
  job: Job,
  data: unknown,
): Generator<undefined, JobResult> {
  const { look, key, connections, visitors, peak } = job
  const params = valuesOf(manifest, job)
  const motion = motionOf(widget, look, params)
  const { period } = motion
  const stops = look.animate === 'off' && manifest.loops
  // The clock of an animation stands still between two frames, so that one scene is one picture.
  const time = stops ? 0 : period === undefined ? job.time : Math.floor(job.time / period) * period
  const room = `${job.widget}/${key}`
  const facts = { room, key, params, connections, visitors, peak, time, data }
  if (job.output === 'data') {
    return { data: widget.data ? widget.data(facts) : { room, connections, visitors, peak } }
  }
  const { width, height }: Size =
    typeof widget.size === 'function' ? widget.size(params, { data, room }) : look
  const sheet = { ...look, width: Math.ceil(width), height: Math.ceil(height) }
  const drawWith = (more: Partial<typeof facts>) => (ctx: Context) =>
    widget.draw(ctx, { ...facts, ...more, width, height, scale: look.scale })
  const next = stops || period === undefined ? undefined : time + period - job.time
  const theme = Object.keys(params).find((name) => isTheme(manifest.params[name]) && params[name] === 'auto')
  if (look.format === 'svg' && theme !== undefined) {
    const drawFor = (value: string) => drawWith({ params: { ...params, [theme]: value } })
    return { frame: paintSvg(sheet, [drawFor('light'), drawFor('dark')]), next }
  }
  const moments = planMoments(widget, sheet, motion, time)
  if (!moments) return { frame: paint(sheet, drawWith({})), next }
  const frame = yield* paintAnimation(sheet, moments, (ctx, at) => drawWith({ time: at })(ctx))
  return { frame, next: moments[0]?.time === 0 ? undefined : GIF_TIME }
}

/** The look was read by the manifest of its time; a newer one may declare more parameters. */
function valuesOf(manifest: Manifest, job: Job): Record<string, ParamValue> {
  const usual = Object.entries(manifest.params).map(([name, spec]) => [name, spec.default] as const)
  return { ...Object.fromEntries(usual), ...job.look.params }
}
