import type { Moment } from '../picture/animation.ts'
import type { Format } from '../picture/frame.ts'
import type { Look } from '../widget/look.ts'
import type { ParamValue } from '../widget/param.ts'
import type { Size, Widget } from '../widget/widget.ts'
import { MAX_FPS } from '../widget/widget-faults.ts'

/** How a widget moves with certain parameters; all in milliseconds. */
export interface Motion {
  /** Between two frames; undefined where it does not move. */
  period: number | undefined
  /** After which it is the same again; undefined where it is not, or only after a minute. */
  loop: number | undefined
}

/** Whoever sees a picture for a moment sees nothing of a longer loop, and would see it always begin the same way. */
const LONGEST_LOOP = 60_000
/** A GIF is so long at most. */
export const GIF_TIME = 3_000
const MOST_FRAMES = 90
/**
 * The most device pixels in all frames of an animation: a third of a second's work. Drawing and coding `sine` took 20 ns a
 * pixel for a PNG, 60 to 90 for a GIF.
 */
const MOST_PIXELS: Readonly<Partial<Record<Format, number>>> = { png: 12_000_000, gif: 4_000_000 }
/** An animation may be made so much coarser; beyond that it would only jerk. Its size is as was asked for. */
const COARSEST = 8

/** How a widget moves with the parameters of a look. @throws RangeError where an author's `every` is too fast. */
export function motionOf(widget: Widget, look: Look, params: Record<string, ParamValue>): Motion {
  const { animate } = widget
  if (!animate) return { period: undefined, loop: undefined }
  const loop = typeof animate.loop === 'function' ? animate.loop(params) : animate.loop
  const period = 'fps' in animate ? 1000 / (look.fps || animate.fps) : animate.every(params)
  if (loop === 0 || period === Number.POSITIVE_INFINITY) return { period: undefined, loop: undefined }
  if (!(period >= 1000 / MAX_FPS)) {
    throw new RangeError(
      `Expected animate.every() to answer at least ${Math.ceil(1000 / MAX_FPS)} ms, got ${period}`,
    )
  }
  return { period, loop: loop !== undefined && loop > 0 && loop <= LONGEST_LOOP ? loop : undefined }
}

/**
 * The pictures of an animation: one period from its beginning, whatever the clock says, so that it is the same bytes
 * each time; a GIF of what does not repeat within three seconds, the next three from `now`. Undefined where one
 * picture is all there is to show, or more would take too long: the budgets are pixels and not time, for the same
 * reason.
 */
export function planMoments(
  widget: Widget,
  look: Look & Size,
  { period, loop }: Motion,
  now: number,
): Moment[] | undefined {
  const isGif = look.format === 'gif'
  if (period === undefined || look.animate === 'off' || !(isGif || look.animate === 'loop')) return undefined
  const repeats = loop !== undefined && !(isGif && loop > GIF_TIME)
  if (!repeats && !isGif) return undefined
  const length = repeats ? loop : GIF_TIME
  const start = repeats ? 0 : now
  // States in turn must all be seen, however long each is; a motion can be coarser, or a little faster to fit.
  const isSmooth = widget.animate !== undefined && 'fps' in widget.animate
  const count = isSmooth ? Math.round(length / period) : Math.ceil(length / period)
  const pixels = look.width * look.height * look.scale ** 2
  const most = Math.min(MOST_FRAMES, (MOST_PIXELS[look.format] ?? 0) / pixels)
  let divisor = 1
  while (isSmooth && count / divisor > most && divisor < COARSEST) divisor *= 2
  const frames = Math.ceil(count / divisor)
  if (frames < 2 || frames > most) return undefined
  const step = isSmooth ? length / frames : period
  return Array.from({ length: frames }, (_, index) => ({
    time: start + index * step,
    duration: Math.min(step, length - index * step),
  }))
}
