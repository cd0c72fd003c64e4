import type { Fields, Params, Widget } from './widget.ts'
import { findWidgetFaults, notAWidget } from './widget-faults.ts'

/** Checks an author's widget and returns it, typed. @throws TypeError that lists every fault. */
export function defineWidget<
  const P extends Params = Record<never, never>,
  D = undefined,
  F extends Fields = Record<never, never>,
>(widget: Widget<P, D, F>): Widget<P, D, F> {
  const faults = findWidgetFaults(widget)
  if (faults.length > 0) throw notAWidget(faults)
  return widget
}
