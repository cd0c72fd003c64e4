import { checkOptions } from '../system/unknown-fields.ts'
import type { Params, Values, Widget } from '../widget/widget.ts'
import { runSource } from './host/room-job.ts'
import { lookOnce } from './look-once.ts'
import {
  LOAD_TIMEOUT,
  ONCE_OPTIONS,
  type OnceOptions,
  type OnceResult,
  StateOnce,
  toLoaded,
  toRoomJob,
} from './once.ts'

/** The room and the parameters of a source, and when it has run long enough. */
export interface StartOnceOptions<P extends Params = Params> extends OnceOptions {
  /** Some of the widget's parameters, or a query. @default each parameter's default */
  params?: Partial<Values<P>> | string | URLSearchParams
  /** The source is aborted after this many calls of `push` and `redraw`. @default 1 */
  changes?: number
  /** Milliseconds to wait for them. @default 2000 */
  timeout?: number
}

/** The changes of a source, in their order. */
export interface StartedSource<D = unknown> extends OnceResult {
  /** Everything that it pushed. */
  pushed: D[]
  /** The number of calls of `redraw`. */
  redraws: number
}

/**
 * Runs a widget's `start` in this process, until it has pushed or redrawn; then its `signal` is aborted. For tests of
 * widgets.
 * @throws TypeError if it has no `start`, an error if it does not change anything in time, and the widget's own errors.
 */
export function startOnce<P extends Params, D>(
  widget: Widget<P, D>,
  options?: StartOnceOptions<P>,
): Promise<StartedSource<D>>
export function startOnce(widget: string | URL, options?: StartOnceOptions): Promise<StartedSource>
export async function startOnce(
  widget: Widget | string | URL,
  options: StartOnceOptions = {},
): Promise<StartedSource> {
  checkOptions('startOnce', options, [...ONCE_OPTIONS, 'params', 'changes', 'timeout'])
  const { changes = 1, timeout = LOAD_TIMEOUT, params = {} } = options
  const loaded = await toLoaded(widget)
  const { manifest } = loaded
  if (!manifest.starts) throw new TypeError(`${manifest.title}: expected a \`start\`, got none`)
  const job = toRoomJob(manifest, options, lookOnce(manifest, { params }))
  const state = new StateOnce(options.state)
  const abort = new AbortController()
  const pushed: unknown[] = []
  let redraws = 0
  const put = (change: { data: unknown } | undefined) => {
    if (abort.signal.aborted) return
    if (change) pushed.push(structuredClone(change.data))
    else redraws += 1
    if (pushed.length + redraws >= changes) abort.abort()
  }
  const late = setTimeout(() => abort.abort(), timeout)
  try {
    await runSource(loaded, job, abort.signal, { put }, state.askFor(job))
  } finally {
    clearTimeout(late)
    abort.abort()
  }
  if (pushed.length + redraws < changes)
    throw new Error(
      `${manifest.title}: expected ${changes} changes from \`start\` within ${timeout} ms, got ${pushed.length + redraws}`,
    )
  return { pushed, redraws, state: state.read() }
}
