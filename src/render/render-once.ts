import { quote } from '../errors.ts'
import { createFrame, FORMATS, type Format } from '../picture/frame.ts'
import { checkOptions } from '../system/unknown-fields.ts'
import type { LoadedWidget } from '../widget/load-widget.ts'
import { badParameters } from '../widget/look.ts'
import { LOOK_NAMES, type LookValues } from '../widget/look-table.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { Params, Values, Widget } from '../widget/widget.ts'
import { drawJob, loadJob, type Supplies } from './host/draw-job.ts'
import { readJob } from './host/room-job.ts'
import { lookOnce } from './look-once.ts'
import { LOAD_TIMEOUT, NOON, ONCE_OPTIONS, type OnceOptions, StateOnce, toLoaded, toRoomJob } from './once.ts'
import type { Drawing, Job, PictureFacts } from './protocol.ts'

/** The inputs of a picture. */
export interface RenderOnceOptions<P extends Params = Params, D = unknown>
  extends Partial<LookValues>,
    OnceOptions {
  /** Some of the widget's parameters, or a query: `label=readers&scale=2`. @default each parameter's default */
  params?: Partial<Values<P>> | string | URLSearchParams
  /** @default 'png' */
  format?: Format
  /** Milliseconds since the epoch, a date, or one in ISO 8601. @default noon of 1 January 2026, UTC, so that the picture is the same every day */
  time?: number | Date | string
  /** The scene's `data`, instead of the result of `load`, as if it were pushed. */
  data?: D
  /** The pictures that the widget's `shows` names, in its order: results of other calls. @default none */
  pictures?: readonly Pick<RenderedPicture, 'bytes' | 'width' | 'height' | 'format'>[]
}

const OPTIONS = [...ONCE_OPTIONS, ...LOOK_NAMES, 'params', 'format', 'time', 'data', 'pictures']

/** A picture drawn once, and its inputs. */
export interface RenderedPicture<D = unknown> {
  bytes: Buffer
  /** CSS pixels; the image has `scale` times as many in each direction. */
  width: number
  height: number
  format: Format
  /** The result of the widget's `load`. */
  data: D
  /** The body of `.json`; the widget computes it when it is read. */
  readonly json: unknown
  /** What it shows, in words, as `.txt` has it; the widget computes it when it is read. */
  readonly alt: string
  /** The room's state afterwards. */
  state: Record<string, unknown>
  /** Milliseconds until the picture changes because of the time; undefined if it never does. */
  next: number | undefined
}

/**
 * Draws one picture of a widget in this process, as a render process would: `load`, then `draw`. For tests of widgets.
 * @param widget the widget, or the path or file URL of its module (TypeScript too); a path is the working directory's.
 * @throws PublicError that names every wrong parameter, and the widget's own errors.
 */
export function renderOnce<P extends Params, D>(
  widget: Widget<P, D>,
  options?: RenderOnceOptions<P, NoInfer<D>>,
): Promise<RenderedPicture<D>>
export function renderOnce(widget: string | URL, options?: RenderOnceOptions): Promise<RenderedPicture>
export async function renderOnce(
  widget: Widget | string | URL,
  options: RenderOnceOptions = {},
): Promise<RenderedPicture> {
  checkOptions('renderOnce', options, OPTIONS)
  const loaded = await toLoaded(widget)
  const job = readByWidget(loaded, toJob(loaded.manifest, options), options)
  const state = new StateOnce(options.state)
  const supplies = await load(loaded, job, state)
  const { frame, next } = drawJob(loaded, job, supplies) as Drawing
  const { bytes, width, height, format } = frame
  const facts = () => (drawJob(loaded, { ...job, output: 'json' }, supplies) as { data: PictureFacts }).data
  return {
    bytes,
    width,
    height,
    format,
    data: supplies.data,
    state: state.read(),
    next,
    get alt() {
      return facts().alt
    },
    get json() {
      return facts().json
    },
  }
}

function toJob(manifest: Manifest, options: RenderOnceOptions): Job {
  const { time = NOON } = options
  const timestamp = new Date(time).getTime()
  if (Number.isNaN(timestamp)) throw new TypeError(`expected \`time\` to be a time, got ${quote(time)}`)
  if (options.format !== undefined && !FORMATS.includes(options.format))
    throw new TypeError(
      `expected \`format\` to be one of ${FORMATS.join(', ')}, got ${quote(options.format)}`,
    )
  const look = lookOnce(manifest, options)
  const pushed = 'data' in options ? { data: options.data } : undefined
  return { ...toRoomJob(manifest, options, look), time: timestamp, pushed }
}

/** Adds the parameters that only the widget can read, and the pictures that it embeds. */
function readByWidget(loaded: LoadedWidget, job: Job, { pictures = [] }: RenderOnceOptions): Job {
  if (!loaded.manifest.reads) return job
  const { faults, shows } = readJob(loaded, job)
  if (faults.length > 0) throw badParameters(faults)
  const frames = pictures.map(({ format, bytes, width, height }) => createFrame(format, bytes, width, height))
  const embedded = shows.flatMap((path, index) => (frames[index] ? [{ path, frame: frames[index] }] : []))
  return { ...job, embedded }
}

async function load(loaded: LoadedWidget, job: Job, state: StateOnce): Promise<Supplies> {
  const abort = new AbortController()
  const timeout = loaded.manifest.limits.timeout ?? LOAD_TIMEOUT
  const timer = setTimeout(() => abort.abort(new Error('took too long to load')), timeout)
  try {
    return await loadJob(loaded, job, abort.signal, state.askFor(job))
  } finally {
    clearTimeout(timer)
  }
}
