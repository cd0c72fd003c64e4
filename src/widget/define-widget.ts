import type { Fields, Params, Widget } from './widget.ts'
import { findWidgetFaults, notAWidget } from './widget-faults.ts'

/**
 * The type of `data` where TypeScript has not inferred it: undefined for a widget without `load`. With one, another field
 * is wrong: `any`, so that this field is the only error, and not every use of `data`.
 */
// biome-ignore lint/suspicious/noExplicitAny: any other type is an error at each use.
type Unloaded<K> = 'load' extends K ? any : undefined

/** Checks an author's widget and returns it, typed. @throws TypeError that lists every fault. */
export function defineWidget<
  const P extends Params = Record<never, never>,
  // Inferred from the names of the fields alone, and so known even if a field is wrong.
  K extends keyof Widget = keyof Widget,
  D = Unloaded<K>,
  F extends Fields = Record<never, never>,
>(widget: Widget<P, D, F> & { [Name in K]?: unknown }): Widget<P, D, F> {
  const faults = findWidgetFaults(widget)
  if (faults.length > 0) throw notAWidget(faults)
  return widget
}
