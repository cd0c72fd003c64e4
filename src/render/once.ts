/** The parts of `renderOnce`, `clickOnce`, `joinOnce` and `startOnce`: a widget and a room without a server. */
import { fileURLToPath } from 'node:url'
import { checkKey } from '../widget/key.ts'
import { createWidgetLoader, type LoadedWidget } from '../widget/load-widget.ts'
import { type Look, parseLook } from '../widget/look.ts'
import { type Manifest, toManifest } from '../widget/manifest.ts'
import { emptySeries } from '../widget/number-series.ts'
import type { ParamSpec } from '../widget/param.ts'
import { emptyHistory } from '../widget/room-history.ts'
import { changeState } from '../widget/state-change.ts'
import { toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import type { Widget } from '../widget/widget.ts'
import { findWidgetFaults, notAWidget } from '../widget/widget-faults.ts'
import type { AskState } from './host/room-state.ts'
import type { Job, StateRequest } from './protocol.ts'

/** The room of a widget in a test. */
export interface OnceOptions {
  /** The room's key. @default the widget's default key, `main` for most widgets */
  key?: string
  /** Open pictures of the room. @default `visitors`, else 1 */
  connections?: number
  /** People among them. @default `connections`, else 1 */
  visitors?: number
  /** @default `visitors` */
  peak?: number
  /** Whether other servers cannot be reached, so that the true counts may be higher. @default false */
  isPartial?: boolean
  /** The room's state. @default empty */
  state?: Readonly<Record<string, unknown>>
}

/** A room after a function of a widget has run. */
export interface OnceResult {
  /** The room's state. */
  state: Record<string, unknown>
}

/** The names of the options of a room. */
export const ONCE_OPTIONS = [
  'key',
  'connections',
  'visitors',
  'peak',
  'isPartial',
  'state',
] as const satisfies (keyof OnceOptions)[]

/** The time of a test: the picture is the same every day. */
export const NOON = Date.UTC(2026, 0, 1, 12)
/** The default of the server's `--draw-timeout`. */
export const LOAD_TIMEOUT = 2_000

/** Loads a widget from its module, or checks the given object. */
export async function toLoaded(widget: Widget | string | URL): Promise<LoadedWidget> {
  if (typeof widget === 'string' || widget instanceof URL) {
    const isUrl = widget instanceof URL || widget.startsWith('file:')
    return createWidgetLoader()(isUrl ? fileURLToPath(widget) : widget)
  }
  const faults = findWidgetFaults(widget)
  if (faults.length > 0) throw notAWidget(faults)
  return { widget, manifest: toManifest('widget', '', widget) }
}

/** Creates the job of a room. @throws PublicError if it is none of the widget's. */
export function toRoomJob(
  manifest: Manifest,
  options: OnceOptions,
  look: Look = parseLook(manifest, 'png', new URLSearchParams()),
): Job {
  const { key = manifest.key.default, connections = options.visitors ?? 1, visitors = connections } = options
  const { peak = visitors, isPartial = false } = options
  checkKey(key, manifest.key)
  return {
    output: 'frame',
    widget: manifest.name,
    key,
    look,
    connections,
    visitors,
    peak,
    isPartial,
    time: NOON,
  }
}

/** Writes a parameter's value as in a query. */
export function toText({ kind }: ParamSpec, value: unknown): string {
  return kind === 'duration' && typeof value === 'number' ? `${value}ms` : String(value)
}

/** The state of a room in memory. */
export class StateOnce {
  readonly #values: Map<string, string>

  constructor(values: Readonly<Record<string, unknown>> = {}) {
    this.#values = new Map(Object.entries(values).map(([name, value]) => [name, toStateJson(name, value)]))
  }

  /** Returns a function that serves the widget's requests, as the server does. */
  askFor(job: Job): AskState {
    return async (request) => this.#respond(request, job)
  }

  read(): Record<string, unknown> {
    return Object.fromEntries([...this.#values].map(([name, json]) => [name, JSON.parse(json) as unknown]))
  }

  #respond(request: StateRequest, { time, connections, visitors, peak }: Job): unknown {
    if (request.operation === 'history') {
      return { room: request.room, ...emptyHistory(request.span, time), connections, visitors, peak }
    }
    if (request.operation === 'series') return emptySeries(request.key, request.period, time)
    const { name } = request
    checkStateName(name)
    const known = this.#values.get(name)
    const current: unknown = known === undefined ? undefined : JSON.parse(known)
    if (request.operation === 'get') return current
    if (isServerName(name)) throw new TypeError(`Expected a name of the widget's own, got \`${name}\``)
    const { value, result } = changeState(name, current, request)
    if (value === undefined && request.operation !== 'set') this.#values.delete(name)
    else this.#values.set(name, toStateJson(name, value))
    return result
  }
}
