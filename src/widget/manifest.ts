import { MAX_SIDE, type Size, type SizeRange, type Widget } from './define-widget.ts'
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
  /** True where the picture repeats, so that one period can be sent as an animated picture. */
  loops: boolean
  /** True where a drawing waits for the widget's `load`. */
  loads: boolean
  /** True where `.json` comes from the widget's own `data`. */
  hasData: boolean
}

const UNKNOWN_SIZE: Size = { width: 160, height: 40 }

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
    loops: widget.animate?.loop !== undefined,
    loads: widget.load !== undefined,
    hasData: widget.data !== undefined,
  }
}

/** The length of a side before anyone chose one, in CSS pixels. */
export function usualLength(side: number | SizeRange): number {
  return typeof side === 'number' ? side : side.default
}

/** What the size is before anything is loaded: only a hint, for a widget may not be able to say so yet. */
function usualSize(name: string, widget: Widget, params: Record<string, ParamSpec>): Size {
  const values = Object.fromEntries(Object.entries(params).map(([key, spec]) => [key, spec.default]))
  try {
    if (typeof widget.size !== 'function') return UNKNOWN_SIZE
    const { width, height } = widget.size(values, { data: undefined, room: `${name}/main` })
    return isLength(width) && isLength(height)
      ? { width: Math.ceil(width), height: Math.ceil(height) }
      : UNKNOWN_SIZE
  } catch {
    return UNKNOWN_SIZE
  }
}

function isLength(length: number): boolean {
  return length >= 1 && length <= MAX_SIDE
}
