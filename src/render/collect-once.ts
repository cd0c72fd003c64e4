import { checkOptions } from '../system/unknown-fields.ts'
import type { Fields, Params, Widget } from '../widget/widget.ts'
import { deliverEvent } from './host/room-job.ts'
import { ONCE_OPTIONS, type OnceOptions, type OnceResult, StateOnce, toLoaded, toRoomJob } from './once.ts'

/**
 * Runs a widget's `collect` once in this process, as the server does at each interval. For tests of widgets.
 * @throws TypeError if it has no `collect`, and the widget's own errors.
 */
export function collectOnce<P extends Params, D, F extends Fields>(
  widget: Widget<P, D, F> | string | URL,
  options?: OnceOptions,
): Promise<OnceResult>
export async function collectOnce(
  widget: Widget | string | URL,
  options: OnceOptions = {},
): Promise<OnceResult> {
  checkOptions('collectOnce', options, ONCE_OPTIONS)
  const loaded = await toLoaded(widget)
  const { handles, title } = loaded.manifest
  if (!handles.collect) throw new TypeError(`${title}: expected a \`collect\`, got none`)
  const state = new StateOnce(options.state)
  const job = { ...toRoomJob(loaded.manifest, options), event: { type: 'collect' as const } }
  await deliverEvent(loaded, job, state.askFor(job))
  return { state: state.read() }
}
