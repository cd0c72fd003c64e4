import { deserialize } from 'node:v8'
import { type SKRSContext2D as Context, createCanvas } from '@napi-rs/canvas'
import { paintAnimation } from '../../picture/animation.ts'
import { paint } from '../../picture/encode.ts'
import { createFrame, type Frame } from '../../picture/frame.ts'
import { paintSvg } from '../../picture/svg.ts'
import { labelSvg } from '../../picture/svg-label.ts'
import { defaultAlt, toAlt } from '../../widget/alt.ts'
import { describeValue } from '../../widget/describe-value.ts'
import { failure } from '../../widget/failure.ts'
import type { LoadedWidget } from '../../widget/load-widget.ts'
import { deviceOf } from '../../widget/look-device.ts'
import { isTheme } from '../../widget/param.ts'
import type { Role } from '../../widget/role.ts'
import { roomOf } from '../../widget/room.ts'
import type { AltScene, EmbeddedPicture } from '../../widget/widget.ts'
import type { Drawing, Job, JobResult, PictureFacts } from '../protocol.ts'
import { observeReads, type SceneRead } from '../scene-reads.ts'
import { backgroundOf } from './background.ts'
import { DrawTimer } from './draw-timer.ts'
import { guardCanvas } from './guard-canvas.ts'
import { ImageCache } from './image-cache.ts'
import { valuesOf } from './job-scope.ts'
import { type LoadedValue, loadData, OwnValues } from './load-data.ts'
import { Mistake, synchronous } from './mistake.ts'
import { pictureSize } from './picture-size.ts'
import { plainJson } from './plain-json.ts'
import { GIF_TIME, motionOf, planAnimation } from './plan-animation.ts'
import type { AskState } from './room-state.ts'

/** All badges are drawn on it: these widgets are the server's own, and keep nothing of a drawing. */
const BADGE_CANVAS = createCanvas(1, 1)
const BADGE_ROLES: ReadonlySet<Role | undefined> = new Set<Role>(['static-badge', 'status-badge'])

/** The inputs of a drawing besides its job. */
export interface Supplies {
  data: unknown
  pictures: readonly EmbeddedPicture[]
  /** The other rooms that were read. */
  rooms?: readonly string[]
}

/**
 * Loads the inputs of a drawing: the pushed data or the result of the widget's `load`, and the pictures it embeds.
 * Rejects with the signal's reason when it is aborted.
 */
export async function loadJob(
  widget: LoadedWidget,
  job: Job,
  signal: AbortSignal,
  ask: AskState,
  images = new ImageCache(),
  ownValues = new OwnValues(),
): Promise<Supplies> {
  const { pushed, loaded, embedded = [] } = withExample(widget.widget, job)
  const load = async (): Promise<Pick<LoadedValue, 'data' | 'rooms'>> => {
    if (pushed) return { data: pushed.data, rooms: [] }
    if (loaded?.bytes) return { data: deserialize(loaded.bytes), rooms: [] }
    const own = loaded && ownValues.get(loaded)
    if (own) return own
    const value = await loadData(widget, job, signal, ask)
    if (loaded) ownValues.add(loaded, value)
    return value
  }
  const decode = async ({ path, frame }: (typeof embedded)[number]): Promise<EmbeddedPicture> => {
    const { width, height, alt = path } = frame
    const image = await images.get(frame).catch((cause: unknown) => {
      // Not the widget's fault: the sender of the picture sent a damaged one.
      throw failure('the picture cannot be decoded', { status: 422, cause })
    })
    return { path, alt, image, width, height }
  }
  const [{ data, rooms }, pictures] = await untilAborted(signal, () =>
    Promise.all([load(), Promise.all(embedded.map(decode))]),
  )
  return { data, pictures, rooms }
}

/** Draws a job without a pause. @throws the widget's errors. */
export function drawJob(loaded: LoadedWidget, job: Job, supplies: Supplies): JobResult {
  const steps = drawSteps(loaded, job, supplies)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Draws a job with a pause after each frame of an animation. @throws the widget's errors. */
export function* drawSteps(
  loaded: LoadedWidget,
  job: Job,
  { data, pictures, rooms = [] }: Supplies,
): Generator<undefined, JobResult> {
  const { widget, manifest } = loaded
  const { look, key, connections, visitors, peak, isPartial = false } = job
  const params = valuesOf(loaded, job)
  const motion = motionOf(widget, look, params, data)
  const { period } = motion
  const stops = look.animate === 'off' && manifest.loops
  // Between two frames an animation's clock does not advance, so that one scene is one picture.
  const time = stops ? 0 : period === undefined ? job.time : Math.floor(job.time / period) * period
  const room = roomOf(job)
  const dataAge = job.dataAge ?? 0
  const facts = { room, key, params, connections, visitors, peak, isPartial, time, data, dataAge }
  if (job.output === 'json') {
    const json = widget.json
      ? plainJson(synchronous('json', widget.json(facts)))
      : { room, connections, visitors, peak }
    const alt = describe(loaded, { ...facts, pictures: job.words ?? pictures }, () => widget.json && json)
    return { data: { json, alt } satisfies PictureFacts }
  }
  const reads = new Set<SceneRead>(readsOutside(loaded, job) ? ['outside'] : [])
  const size = pictureSize(loaded, look, observeReads({ params, data, room, key, pictures }, reads))
  const { width, height } = size
  const timer = new DrawTimer()
  const alt = timer.run(() => {
    const scene = observeReads(Object.assign({ ...facts }, { pictures }), reads)
    // The default words of pixels would call `json` for each frame of an animation.
    const read = () => (look.format === 'svg' ? widget.json?.(scene) : undefined)
    return widget.alt || look.format === 'svg' ? describe(loaded, scene, read) : manifest.title
  })
  const isBadge = BADGE_ROLES.has(manifest.role)
  const fps = stops || period === undefined ? 0 : 1000 / period
  // A spread that adds names takes ten times as long as one that replaces values, and an assignment.
  const sheet = Object.assign(
    { ...look, width, height, fps },
    { background: backgroundOf(manifest, params), device: deviceOf(look) },
    { title: alt, canvas: isBadge ? BADGE_CANVAS : undefined },
  )
  const drawWith = (more: Partial<typeof facts>) =>
    timer.draw((ctx: Context) => {
      const scene = Object.assign({ ...facts }, more, { width, height, scale: look.scale, pictures })
      if (!isBadge) guardCanvas(ctx)
      synchronous('draw', widget.draw(ctx, observeReads(scene, reads)))
    })
  const finish = (frame: Frame, next: number | undefined, isTimeless = false): Drawing => {
    if (isTimeless) reads.delete('time')
    const drawing: Drawing = {
      frame: Object.assign(frame, { alt }),
      next,
      took: timer.read(),
      reads: [...reads],
    }
    return rooms.length > 0 ? { ...drawing, rooms } : drawing
  }
  const writeSvg = () => {
    const scene = Object.assign({ ...facts }, { width, height, scale: look.scale, pictures })
    const svg = synchronous('svg', widget.svg?.(observeReads(scene, reads)))
    if (svg !== undefined && typeof svg !== 'string')
      throw new Mistake(
        `returned ${describeValue(svg)} from \`svg\`: expected text, or undefined for \`draw\``,
      )
    return svg === undefined ? undefined : createFrame('svg', Buffer.from(labelSvg(svg, alt)), width, height)
  }
  const next = stops || period === undefined ? undefined : time + period - job.time
  const theme = Object.keys(params).find((name) => isTheme(manifest.params[name]) && params[name] === 'auto')
  const written = look.format === 'svg' ? timer.run(() => writeSvg()) : undefined
  if (written) return finish(written, next, stops)
  if (look.format === 'svg' && theme !== undefined) {
    const drawFor = (value: string) => drawWith({ params: { ...params, [theme]: value } })
    const frame = timer.run(() => paintSvg(sheet, [drawFor('light'), drawFor('dark')]))
    return finish(frame, next, stops)
  }
  const timings = planAnimation(widget, sheet, motion, time)
  if (!timings) {
    const frame = timer.run(() => paint(sheet, drawWith({})))
    return finish(frame, next, stops)
  }
  const steps = paintAnimation(sheet, timings, (ctx, at) => drawWith({ time: at })(ctx), look.loop)
  const frame = yield* timer.steps(steps)
  // One period from its beginning is the same picture at any time.
  const isTimeless = timings[0]?.time === 0
  return finish(frame, isTimeless ? undefined : GIF_TIME, isTimeless)
}

/** Describes a picture in words. @throws the widget's errors. */
function describe({ widget, manifest }: LoadedWidget, scene: AltScene, json: () => unknown): string {
  if (!widget.alt) return defaultAlt(manifest.title, scene.room, json())
  const alt: unknown = synchronous('alt', widget.alt(scene))
  if (typeof alt !== 'string') throw new Mistake(`expected \`alt\` to return text, got ${typeof alt}`)
  return toAlt(alt)
}

/** Takes the widget's example data as if they were pushed, if the look says so. */
function withExample({ example }: LoadedWidget['widget'], job: Job): Job {
  return job.look.example && example !== undefined ? { ...job, pushed: { data: example } } : job
}

/** Whether a drawing depends on values that the server cannot compare: the result of `load`, or of a parser. */
function readsOutside({ widget, manifest }: LoadedWidget, job: Job): boolean {
  const loads = widget.load !== undefined && !withExample(widget, job).pushed && !job.loaded
  return loads || Object.values(manifest.params).some(({ kind }) => kind === 'custom')
}

/** Runs `work`, but rejects with the signal's reason when it is aborted. */
export async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work(), aborted])
}
