import { dirname } from 'node:path'
import { builtInFolder } from './built-in-folder.ts'
import { toMilliseconds } from './duration.ts'
import { type LoadSpec, toLoadSpec } from './kept-load.ts'
import type { KeySpec } from './key.ts'
import type { Limits } from './limits.ts'
import { isParser, type ParamSpec, type ParamValue } from './param.ts'
import { MAX_SIDE } from './picture-limits.ts'
import { type Role, showsFrames } from './role.ts'
import { roomOf } from './room.ts'
import { toKeySpec } from './to-key-spec.ts'
import type { Size, SizeRange, Widget } from './widget.ts'

/**
 * Describes a widget as plain data. Widget code runs only in render processes; the manifest is sent to the process that
 * holds the sockets.
 */
export interface Manifest {
  name: string
  title: string
  about: string
  /** The file that it was loaded from. */
  file: string
  /** True if it comes with Imgcast; false for an owner's widget, even if it replaces a built-in one. */
  isBuiltIn: boolean
  /** The part of the server that it serves; only a built-in widget has one. */
  role: Role | undefined
  /** The grammar of its keys. */
  key: KeySpec
  /** True if its pictures have no presence, hits, history or state. */
  stateless: boolean
  /** Position in the gallery, lowest first; widgets without a rank come last. */
  rank: number | undefined
  /** Each side is fixed or a range; if the parameters decide the size, this is the size of the default picture. */
  size: { width: number | SizeRange; height: number | SizeRange }
  /** True if the size is only known once the picture is drawn. */
  sizeFromParams: boolean
  params: Record<string, ParamSpec>
  /** The default frame rate if viewers may change it with `fps`; else undefined. */
  fps: number | undefined
  /** True if the picture loops, so that one period can be sent as an animated picture. */
  loops: boolean
  /** True if it is drawn on a clock from its parameters alone, as a clock is, so that its future is known. */
  ticks: boolean
  /** For how long the result of its `load` is used; undefined if it loads nothing. */
  load: LoadSpec | undefined
  /** True if drawing waits for the widget's `load` or for embedded pictures. */
  loads: boolean
  /** True if it has example data, which `?example=on` shows. */
  hasExample: boolean
  /** True if `.json` comes from the widget's own `json`. */
  hasJson: boolean
  /** True if the widget describes its pictures in words of its own. */
  hasAlt: boolean
  /** True if only the widget's own code can read its parameters, or name the pictures that it embeds. */
  reads: boolean
  /** True if it embeds other pictures. */
  shows: boolean
  /** True if it has its own source of changes (`start`). */
  starts: boolean
  /** Milliseconds between two runs of `collect`; undefined without one. */
  collects: number | undefined
  /** The fields that a click may send. */
  fields: Record<string, ParamSpec>
  /** The events that it handles. */
  handles: Readonly<Record<EventType, boolean>>
  limits: { timeout?: number; memoryBytes?: number }
}

/** An event that a widget can handle. */
export type EventType = 'join' | 'leave' | 'click' | 'collect'

const CUSTOM: ParamSpec = { kind: 'custom', default: '' }
/** The size of a picture whose frames have not come yet. */
export const FRAME_SIZE: Size = { width: 320, height: 180 }
const UNKNOWN_SIZE: Size = { width: 160, height: 40 }

/** Creates the manifest of a widget that has no faults. */
export function toManifest(name: string, file: string, widget: Widget): Manifest {
  const params = Object.fromEntries(
    Object.entries(widget.params ?? {}).map(([key, param]) => [key, isParser(param) ? CUSTOM : param.spec]),
  )
  const key = toKeySpec(widget.key)
  const isBuiltIn = dirname(file) === builtInFolder()
  return {
    name,
    file,
    title: widget.title,
    about: widget.about ?? '',
    isBuiltIn,
    role: isBuiltIn ? widget.role : undefined,
    key,
    stateless: widget.stateless ?? false,
    rank: widget.gallery?.rank,
    size: typeof widget.size === 'function' ? defaultSize(name, key.default, widget, params) : widget.size,
    sizeFromParams: typeof widget.size === 'function',
    params,
    fps: widget.animate && 'fps' in widget.animate ? widget.animate.fps : undefined,
    loops: widget.animate?.loop !== undefined,
    ticks:
      widget.animate !== undefined &&
      'every' in widget.animate &&
      widget.animate.loop === undefined &&
      widget.load === undefined &&
      widget.shows === undefined,
    load: toLoadSpec(widget),
    loads: widget.load !== undefined || widget.shows !== undefined || showsFrames(widget.role),
    hasExample: widget.example !== undefined,
    hasJson: widget.json !== undefined,
    hasAlt: widget.alt !== undefined,
    reads: widget.shows !== undefined || Object.values(params).includes(CUSTOM),
    shows: widget.shows !== undefined,
    starts: widget.start !== undefined,
    collects: widget.collect && toMilliseconds(widget.collect.every),
    fields: Object.fromEntries(Object.entries(widget.fields ?? {}).map(([name, { spec }]) => [name, spec])),
    handles: {
      join: widget.onJoin !== undefined,
      leave: widget.onLeave !== undefined,
      click: widget.onClick !== undefined,
      collect: widget.collect !== undefined,
    },
    limits: toLimits(widget.limits),
  }
}

function toLimits({ timeout, ...limits }: Limits = {}): Manifest['limits'] {
  return timeout === undefined ? limits : { ...limits, timeout: toMilliseconds(timeout) }
}

/** Returns the default length of a side, in CSS pixels; 0 for that of the frames that are shown. */
export function defaultLength(side: number | SizeRange): number {
  return typeof side === 'number' ? side : side.default
}

/** Returns the size of a widget's default picture, as far as it is known before it is drawn. */
export function expectedSize({ size }: Pick<Manifest, 'size'>): Size {
  return {
    width: defaultLength(size.width) || FRAME_SIZE.width,
    height: defaultLength(size.height) || FRAME_SIZE.height,
  }
}

/** Returns the size before anything is loaded. Only a hint: the size function may need data that is not loaded yet. */
function defaultSize(name: string, key: string, widget: Widget, params: Record<string, ParamSpec>): Size {
  try {
    const values = readValues(widget, params, {})
    if (typeof widget.size !== 'function') return UNKNOWN_SIZE
    const { width, height } = widget.size({
      params: values,
      data: undefined,
      room: roomOf({ widget: name, key }),
      key,
      pictures: [],
    })
    return isLength(width) && isLength(height)
      ? { width: Math.ceil(width), height: Math.ceil(height) }
      : UNKNOWN_SIZE
  } catch {
    return UNKNOWN_SIZE
  }
}

/** Returns the parameter values for a widget's functions. @throws the errors of the widget's own parsers. */
export function readValues(
  { params = {} }: Widget,
  specs: Readonly<Record<string, ParamSpec>>,
  given: Readonly<Record<string, ParamValue>>,
): Record<string, ParamValue> {
  const entries = Object.entries(specs).map(([name, spec]): [string, ParamValue] => {
    const value = given[name] ?? spec.default
    const param = params[name]
    // The type of a parser's result is checked by the author's own types.
    return [name, isParser(param) ? (param.parse(value === '' ? undefined : value) as ParamValue) : value]
  })
  return Object.fromEntries(entries)
}

function isLength(length: number): boolean {
  return length >= 1 && length <= MAX_SIDE
}
