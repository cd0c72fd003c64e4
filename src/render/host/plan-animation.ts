import type { FrameTiming } from '../../picture/animation.ts'
import type { Format } from '../../picture/frame.ts'
import { type Duration, toMilliseconds } from '../../widget/duration.ts'
import type { Look } from '../../widget/look.ts'
import type { ParamValue } from '../../widget/param.ts'
import { MAX_FPS } from '../../widget/picture-limits.ts'
import type { AnimationScope, Size, Widget } from '../../widget/widget.ts'
import { synchronous } from './mistake.ts'

/** The motion of a widget with certain parameters, in milliseconds. */
export interface Motion {
  /** The time between two frames; undefined if it does not move. */
  period: number | undefined
  /** The period; undefined if it does not repeat, or only after more than a minute. */
  loop: number | undefined
}

/** In a longer loop, a viewer that looks briefly would always see the same beginning. */
const MAX_LOOP = 60_000
/** The longest GIF of a picture that does not repeat. */
export const GIF_TIME = 3_000
const MAX_FRAMES = 90
/** What changes more slowly is one picture. */
const LONGEST_TICK = 10_000
/**
 * The maximum of device pixels in all frames of an animation: a third of a second of work. Drawing and encoding `sine` took
 * 20 ns a pixel for a PNG, 60 to 90 for a GIF.
 */
const MAX_PIXELS: Readonly<Partial<Record<Format, number>>> = { png: 12_000_000, gif: 4_000_000 }
/** A clock's frames differ in a small part only: 60 frames of 640 x 240 pixels took a third of a second. */
const MAX_TICKING_PIXELS = 12_000_000
/** The frame rate may be divided by this to fit the limits; below that an animation would only jerk. */
const MAX_DIVISOR = 8

/** Returns the motion of a widget with the parameters of a look. @throws RangeError if its `every` is too fast. */
export function motionOf(
  widget: Widget,
  look: Look,
  params: Record<string, ParamValue>,
  data?: unknown,
): Motion {
  const { animate } = widget
  if (!animate) return { period: undefined, loop: undefined }
  const loop =
    typeof animate.loop === 'function'
      ? synchronous('animate.loop', animate.loop({ params, data }))
      : animate.loop && toMilliseconds(animate.loop)
  const period = 'fps' in animate ? 1000 / (look.fps || animate.fps) : everyOf(animate.every, params, data)
  if (loop === 0 || period === Number.POSITIVE_INFINITY) return { period: undefined, loop: undefined }
  if (!(period >= 1000 / MAX_FPS)) {
    throw new RangeError(
      `Expected animate.every() to return at least ${Math.ceil(1000 / MAX_FPS)} ms, got ${period}`,
    )
  }
  return { period, loop: loop !== undefined && loop > 0 && loop <= MAX_LOOP ? loop : undefined }
}

function everyOf(
  every: number | Duration | ((scope: AnimationScope) => number),
  params: Record<string, ParamValue>,
  data: unknown,
): number {
  return typeof every === 'function'
    ? synchronous('animate.every', every({ params, data }))
    : toMilliseconds(every)
}

/**
 * Plans the frames of an animation: one period from its beginning, regardless of the clock, so that the bytes are the
 * same each time. The GIF of a picture that ticks, such as a clock, shows its next `frames` from `now`; one of another
 * picture that does not repeat within three seconds shows the next three. Undefined if one
 * picture is enough, or if more would take too long: the limits are pixels and not time, so that they also give the same
 * bytes each time.
 */
export function planAnimation(
  widget: Widget,
  look: Look & Size,
  { period, loop }: Motion,
  now: number,
): FrameTiming[] | undefined {
  const isGif = look.format === 'gif'
  if (period === undefined || look.animate === 'off' || !(isGif || look.animate === 'loop')) return undefined
  const pixels = look.width * look.height * look.scale ** 2
  if (isGif && look.frames > 0) {
    const frames = Math.min(look.frames, Math.floor(MAX_TICKING_PIXELS / pixels))
    if (frames < 2 || period > LONGEST_TICK) return undefined
    return Array.from({ length: frames }, (_, index) => ({ time: now + index * period, duration: period }))
  }
  const repeats = loop !== undefined && !(isGif && loop > GIF_TIME)
  if (!repeats && !isGif) return undefined
  const length = repeats ? loop : GIF_TIME
  const start = repeats ? 0 : now
  // A sequence of states must be shown in full; a smooth motion may have fewer frames, or run slightly faster to fit.
  const isSmooth = widget.animate !== undefined && 'fps' in widget.animate
  const count = isSmooth ? Math.round(length / period) : Math.ceil(length / period)
  const maxFrames = Math.min(MAX_FRAMES, (MAX_PIXELS[look.format] ?? 0) / pixels)
  let divisor = 1
  while (isSmooth && count / divisor > maxFrames && divisor < MAX_DIVISOR) divisor *= 2
  const frames = Math.ceil(count / divisor)
  if (frames < 2 || frames > maxFrames) return undefined
  const step = isSmooth ? length / frames : period
  return Array.from({ length: frames }, (_, index) => ({
    time: start + index * step,
    duration: Math.min(step, length - index * step),
  }))
}
