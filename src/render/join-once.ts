import { checkOptions } from '../system/unknown-fields.ts'
import type { Fields, Params, Widget } from '../widget/widget.ts'
import { deliverEvent } from './host/room-job.ts'
import { ONCE_OPTIONS, type OnceOptions, type OnceResult, StateOnce, toLoaded, toRoomJob } from './once.ts'

const FUNCTIONS = { join: 'onJoin', leave: 'onLeave' } as const

/**
 * Runs a widget's `onJoin` once in this process; the counts are those after the event. For tests of widgets.
 * @throws TypeError if it has no `onJoin`, and the widget's own errors.
 */
export function joinOnce<P extends Params, D, F extends Fields>(
  widget: Widget<P, D, F> | string | URL,
  options?: OnceOptions,
): Promise<OnceResult>
export function joinOnce(widget: Widget | string | URL, options: OnceOptions = {}): Promise<OnceResult> {
  return deliverOnce('join', widget, options)
}

/** Runs a widget's `onLeave` once, like `joinOnce`. */
export function leaveOnce<P extends Params, D, F extends Fields>(
  widget: Widget<P, D, F> | string | URL,
  options?: OnceOptions,
): Promise<OnceResult>
export function leaveOnce(widget: Widget | string | URL, options: OnceOptions = {}): Promise<OnceResult> {
  return deliverOnce('leave', widget, options)
}

async function deliverOnce(
  type: 'join' | 'leave',
  widget: Widget | string | URL,
  options: OnceOptions,
): Promise<OnceResult> {
  checkOptions(`${type}Once`, options, ONCE_OPTIONS)
  const loaded = await toLoaded(widget)
  const { handles, title } = loaded.manifest
  if (!handles[type]) throw new TypeError(`${title}: expected an \`${FUNCTIONS[type]}\`, got none`)
  const state = new StateOnce(options.state)
  const job = { ...toRoomJob(loaded.manifest, options), event: { type } }
  await deliverEvent(loaded, job, state.askFor(job))
  return { state: state.read() }
}
