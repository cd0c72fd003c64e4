import type { Size, SizeRange, Widget } from './define-widget.ts'
import type { ParamSpec } from './param.ts'

/**
 * All that the server knows of a widget, as plain data. Widget code runs only in render processes; this crosses
 * over to the process that holds the sockets.
 */
export interface Manifest {
  name: string
  title: string
  about: string
  /** Where it was loaded from. */
  file: string
  /** Each side fixed or a range; the size of the default picture where the parameters decide. */
  size: { width: number | SizeRange; height: number | SizeRange }
  /** True where only the drawing knows the size. */
  sizeFromParams: boolean
  params: Record<string, ParamSpec>
  /** The default frame rate of a widget that viewers may slow down or speed up by `fps`; else undefined. */
  fps: number | undefined
  /** True where a drawing waits for the widget's `load`. */
  loads: boolean
  /** True where `.json` comes from the widget's own `data`. */
  hasData: boolean
}

/** Describes a widget that `findWidgetFaults` found good. */
export function toManifest(name: string, file: string, widget: Widget): Manifest {
  const params = Object.fromEntries(Object.entries(widget.params ?? {}).map(([key, { spec }]) => [key, spec]))
  return {
    name,
    file,
    title: widget.title,
    about: widget.about ?? '',
    size: typeof widget.size === 'function' ? usualSize(name, widget, params) : widget.size,
    sizeFromParams: typeof widget.size === 'function',
    params,
    fps: widget.animate && 'fps' in widget.animate ? widget.animate.fps : undefined,
    loads: widget.load !== undefined,
    hasData: widget.data !== undefined,
  }
}

/** The length of a side before anyone chose one, in CSS pixels. */
export function usualLength(side: number | SizeRange): number {
  return typeof side === 'number' ? side : side.default
}

function usualSize(name: string, widget: Widget, params: Record<string, ParamSpec>): Size {
  const values = Object.fromEntries(Object.entries(params).map(([key, spec]) => [key, spec.default]))
  if (typeof widget.size !== 'function') throw new TypeError('size is not a function')
  return widget.size(values, { data: undefined, room: `${name}/main` })
}
