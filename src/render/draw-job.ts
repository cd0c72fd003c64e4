import { loadImage } from '@napi-rs/canvas'
import { paint } from '../picture/encode.ts'
import type { ShownPicture, Size, Widget } from '../widget/define-widget.ts'
import type { LoadedWidget } from '../widget/load-folder.ts'
import { readValues } from '../widget/manifest.ts'
import type { ParamValue } from '../widget/param.ts'
import type { HistoryWish, RoomHistory } from '../widget/room-history.ts'
import { MAX_FPS } from '../widget/widget-faults.ts'
import type { Job, JobResult } from './protocol.ts'
import { type AskState, roomScope } from './room-scope.ts'

/** What a drawing needs besides its job. */
export interface Supplies {
  data: unknown
  pictures: readonly ShownPicture[]
}

/** Gets what a drawing needs: what was pushed, or else what the widget's `load` answers, and the pictures it shows. */
export async function loadJob(
  { widget, manifest }: LoadedWidget,
  job: Job,
  signal: AbortSignal,
  ask: AskState,
): Promise<Supplies> {
  const { pushed, shown = [] } = job
  const load = async () => {
    if (pushed) return pushed.data
    const scope = roomScope(job, ask)
    const history = ({ room = scope.room, span }: HistoryWish) =>
      ask({ operation: 'history', room, span }) as Promise<RoomHistory>
    return widget.load?.({ ...scope, history, params: valuesOf({ widget, manifest }, job), signal })
  }
  const decode = async ({ path, frame }: (typeof shown)[number]): Promise<ShownPicture> => {
    const { bytes, width, height } = frame
    return { path, image: await loadImage(bytes), width, height }
  }
  const [data, pictures] = await Promise.all([load(), Promise.all(shown.map(decode))])
  return { data, pictures }
}

/** Draws a job whose supplies are there; throws whatever the widget throws. */
export function drawJob(loaded: LoadedWidget, job: Job, { data, pictures }: Supplies): JobResult {
  const { widget } = loaded
  const { look, key, connections, visitors, peak } = job
  const params = valuesOf(loaded, job)
  const period = periodOf(widget, job, params)
  // The clock of an animation stands still between two frames, so that one scene is one picture.
  const time = period === undefined ? job.time : Math.floor(job.time / period) * period
  const room = `${job.widget}/${key}`
  const facts = { room, key, params, connections, visitors, peak, time, data }
  if (job.output === 'data') {
    return { data: widget.data ? widget.data(facts) : { room, connections, visitors, peak } }
  }
  const { width, height }: Size =
    typeof widget.size === 'function' ? widget.size(params, { data, room, pictures }) : look
  const sheet = { ...look, width: Math.ceil(width), height: Math.ceil(height) }
  const scene = { ...facts, width, height, scale: look.scale, pictures }
  const frame = paint(sheet, (ctx) => widget.draw(ctx, scene))
  return { frame, next: period === undefined ? undefined : time + period - job.time }
}

/** The look was read by the manifest of its time; a newer one may declare more parameters. */
export function valuesOf({ widget, manifest }: LoadedWidget, job: Job): Record<string, ParamValue> {
  return readValues(widget, manifest.params, job.look.params)
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
