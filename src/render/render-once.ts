import { fileURLToPath } from 'node:url'
import { type Fault, PublicError, quote } from '../errors.ts'
import { createFrame, FORMATS, type Format } from '../picture/frame.ts'
import { checkKey } from '../widget/key.ts'
import { createWidgetLoader, type LoadedWidget } from '../widget/load-widget.ts'
import { badParameters, type Look, parseLook } from '../widget/look.ts'
import { LOOK_NAMES, type LookValues, lookSpecs } from '../widget/look-table.ts'
import { type Manifest, toManifest } from '../widget/manifest.ts'
import type { ParamSpec } from '../widget/param.ts'
import { emptyHistory } from '../widget/room-history.ts'
import { changeState } from '../widget/state-change.ts'
import { toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import type { Params, Values, Widget } from '../widget/widget.ts'
import { findWidgetFaults, notAWidget } from '../widget/widget-faults.ts'
import { drawJob, loadJob, type Supplies } from './host/draw-job.ts'
import { readJob } from './host/room-job.ts'
import type { Drawing, Job, StateRequest } from './protocol.ts'

/** The inputs of a picture. */
export interface RenderOnceOptions<P extends Params = Params, D = unknown> extends Partial<LookValues> {
  /** Some of the widget's parameters, or a query: `label=readers&scale=2`. @default each parameter's default */
  params?: Partial<Values<P>> | string | URLSearchParams
  /** @default 'png' */
  format?: Format
  /** The room's key. @default the widget's default key, `main` for most widgets */
  key?: string
  /** Open pictures of the room. @default `visitors`, else 1 */
  connections?: number
  /** People among them. @default `connections`, else 1 */
  visitors?: number
  /** @default `visitors` */
  peak?: number
  /** Milliseconds since the epoch, a date, or one in ISO 8601. @default noon of 1 January 2026, UTC, so that the picture is the same every day */
  time?: number | Date | string
  /** The scene's `data`, instead of the result of `load`, as if it were pushed. */
  data?: D
  /** The pictures that the widget's `shows` names, in its order: results of other calls. @default none */
  pictures?: readonly Pick<RenderedPicture, 'bytes' | 'width' | 'height' | 'format'>[]
  /** The room's state. @default empty */
  state?: Readonly<Record<string, unknown>>
}

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
  /** The room's state afterwards. */
  state: Record<string, unknown>
  /** Milliseconds until the picture changes because of the time; undefined if it never does. */
  next: number | undefined
}

const NOON = Date.UTC(2026, 0, 1, 12)
/** The default of the server's `--draw-timeout`. */
const LOAD_TIMEOUT = 2_000

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
  const loaded = await toLoaded(widget)
  const job = readByWidget(loaded, toJob(loaded.manifest, options), options)
  const state = new Map(
    Object.entries(options.state ?? {}).map(([name, value]) => [name, toStateJson(name, value)]),
  )
  const supplies = await load(loaded, job, state)
  const { frame, next } = drawJob(loaded, job, supplies) as Drawing
  const { bytes, width, height, format } = frame
  return {
    bytes,
    width,
    height,
    format,
    data: supplies.data,
    state: Object.fromEntries([...state].map(([name, json]) => [name, JSON.parse(json) as unknown])),
    next,
    get json() {
      return (drawJob(loaded, { ...job, output: 'data' }, supplies) as { data: unknown }).data
    },
  }
}

async function toLoaded(widget: Widget | string | URL): Promise<LoadedWidget> {
  if (typeof widget === 'string' || widget instanceof URL) {
    const isUrl = widget instanceof URL || widget.startsWith('file:')
    return createWidgetLoader()(isUrl ? fileURLToPath(widget) : widget)
  }
  const faults = findWidgetFaults(widget)
  if (faults.length > 0) throw notAWidget(faults)
  return { widget, manifest: toManifest('widget', '', widget) }
}

function toJob(manifest: Manifest, options: RenderOnceOptions): Job {
  const { key = manifest.key.default, connections = options.visitors ?? 1, visitors = connections } = options
  const { peak = visitors, time = NOON } = options
  checkKey(key, manifest.key)
  const timestamp = new Date(time).getTime()
  if (Number.isNaN(timestamp)) throw new TypeError(`expected \`time\` to be a time, got ${quote(time)}`)
  if (options.format !== undefined && !FORMATS.includes(options.format))
    throw new TypeError(
      `expected \`format\` to be one of ${FORMATS.join(', ')}, got ${quote(options.format)}`,
    )
  const look = toLook(manifest, options)
  const pushed = 'data' in options ? { data: options.data } : undefined
  const { name: widget } = manifest
  return { output: 'frame', widget, key, look, connections, visitors, peak, time: timestamp, pushed }
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

/** Builds a query first, so that every value is validated as by the server. */
function toLook(manifest: Manifest, { params = {}, format = 'png', ...rest }: RenderOnceOptions): Look {
  const isQuery = typeof params === 'string' || params instanceof URLSearchParams
  const query = new URLSearchParams(isQuery ? params : '')
  const faults: Fault[] = []
  const put = (specs: Record<string, ParamSpec>, values: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(values)) {
      const spec = specs[name]
      if (value === undefined) continue
      if (spec) query.set(name, toText(spec, value))
      else faults.push({ name, detail: `expected one of ${Object.keys(specs).join(', ') || 'none'}` })
    }
  }
  if (!isQuery) put(manifest.params, params)
  put(lookSpecs(manifest), Object.fromEntries(LOOK_NAMES.map((name) => [name, rest[name]])))
  try {
    const look = parseLook(manifest, format, query)
    if (faults.length === 0) return look
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    faults.push(...error.faults)
  }
  throw badParameters(faults)
}

function toText({ kind }: ParamSpec, value: unknown): string {
  return kind === 'duration' && typeof value === 'number' ? `${value}ms` : String(value)
}

async function load(loaded: LoadedWidget, job: Job, state: Map<string, string>): Promise<Supplies> {
  const abort = new AbortController()
  const timeout = loaded.manifest.limits.timeout ?? LOAD_TIMEOUT
  const timer = setTimeout(() => abort.abort(new Error('took too long to load')), timeout)
  try {
    return await loadJob(loaded, job, abort.signal, async (request) => respond(state, request, job))
  } finally {
    clearTimeout(timer)
  }
}

function respond(state: Map<string, string>, request: StateRequest, { time, ...counts }: Job): unknown {
  if (request.operation === 'history') {
    const { connections, visitors, peak } = counts
    return { room: request.room, ...emptyHistory(request.span, time), connections, visitors, peak }
  }
  const { name } = request
  checkStateName(name)
  const known = state.get(name)
  const current: unknown = known === undefined ? undefined : JSON.parse(known)
  if (request.operation === 'get') return current
  if (isServerName(name)) throw new TypeError(`Expected a name of the widget's own, got \`${name}\``)
  const { value, result } = changeState(name, current, request)
  if (value === undefined && request.operation !== 'set') state.delete(name)
  else state.set(name, toStateJson(name, value))
  return result
}
