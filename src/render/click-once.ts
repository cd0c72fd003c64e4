import type { Fault } from '../errors.ts'
import { checkOptions } from '../system/unknown-fields.ts'
import { badParameters } from '../widget/look.ts'
import { type ParamSpec, type ParamValue, parseParam } from '../widget/param.ts'
import type { Fields, Params, Values, Widget } from '../widget/widget.ts'
import { deliverEvent } from './host/room-job.ts'
import { lookOnce } from './look-once.ts'
import {
  ONCE_OPTIONS,
  type OnceOptions,
  type OnceResult,
  StateOnce,
  toLoaded,
  toRoomJob,
  toText,
} from './once.ts'
import type { RenderOnceOptions } from './render-once.ts'

/** A click on a picture, and its room. */
export interface ClickOnceOptions<F extends Fields = Fields, P extends Params = Params>
  extends Pick<RenderOnceOptions<P>, 'params' | 'width' | 'height'>,
    OnceOptions {
  /** CSS pixels. @default undefined, as for a link */
  x?: number
  /** CSS pixels. @default undefined, as for a link */
  y?: number
  /** @default '' */
  action?: string
  /** The reader. @default 'visitor' */
  visitor?: string
  /** The values of the form's fields, checked as by the server. @default each field's default */
  fields?: Partial<Values<F>>
}

const OPTIONS = [...ONCE_OPTIONS, ...['params', 'width', 'height', 'x', 'y', 'action', 'visitor', 'fields']]

/**
 * Runs a widget's `onClick` once in this process. For tests of widgets.
 * @param widget the widget, or the path or file URL of its module.
 * @throws TypeError if it has no `onClick`, PublicError that names every wrong field, and the widget's own errors.
 */
export function clickOnce<P extends Params, D, F extends Fields>(
  widget: Widget<P, D, F>,
  options?: ClickOnceOptions<NoInfer<F>, NoInfer<P>>,
): Promise<OnceResult>
export function clickOnce(widget: string | URL, options?: ClickOnceOptions): Promise<OnceResult>
export async function clickOnce(
  widget: Widget | string | URL,
  options: ClickOnceOptions = {},
): Promise<OnceResult> {
  checkOptions('clickOnce', options, OPTIONS)
  const { x, y, action = '', visitor = 'visitor', fields = {} } = options
  const loaded = await toLoaded(widget)
  const { manifest } = loaded
  if (!manifest.handles.click) throw new TypeError(`${manifest.title}: expected an \`onClick\`, got none`)
  const click = { x, y, action, visitor, fields: readFields(manifest.fields, fields) }
  const state = new StateOnce(options.state)
  const job = {
    ...toRoomJob(manifest, options, lookOnce(manifest, options)),
    event: { type: 'click' as const, click },
  }
  await deliverEvent(loaded, job, state.askFor(job))
  return { state: state.read() }
}

function readFields(
  specs: Readonly<Record<string, ParamSpec>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, ParamValue> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(specs, name))
  const expected = Object.keys(specs).join(', ') || 'no fields'
  const faults = unknown.map((name): Fault => ({ name, detail: `expected one of ${expected}` }))
  const values = Object.entries(specs).map(([name, spec]): [string, ParamValue] => {
    if (given[name] === undefined) return [name, spec.default]
    try {
      return [name, parseParam(spec, toText(spec, given[name]))]
    } catch (error) {
      faults.push({ name, detail: (error as Error).message })
      return [name, spec.default]
    }
  })
  if (faults.length > 0) throw badParameters(faults)
  return Object.fromEntries(values)
}
