import type { SKRSContext2D as Context } from '@napi-rs/canvas'
import { quote } from '../errors.ts'
import { findSpecFault, type Param, type ParamValue } from './param.ts'

/** A length that viewers may choose, in CSS pixels. */
export interface SizeRange {
  min: number
  max: number
  default: number
}

/** A picture's size in CSS pixels. */
export interface Size {
  width: number
  height: number
}

type Params = Record<string, Param>
type Values<P extends Params> = { [K in keyof P]: P[K]['spec']['default'] }

/** What a room remembers, by name: JSON values. Every write redraws every picture of the room. */
export interface RoomState {
  /** The value of a name, or undefined. */
  get<T = unknown>(name: string): Promise<T | undefined>
  /** Remembers a JSON value. */
  set(name: string, value: unknown): Promise<void>
  /** Adds to a number (a missing one counts as 0) and answers the sum. */
  add(name: string, amount: number): Promise<number>
}

/** What `load` gets. */
export interface LoadScope<P extends Params = Params> {
  /** `<widget>/<key>`. */
  room: string
  key: string
  params: Values<P>
  state: RoomState
  /** Aborted when the picture is no longer waited for. */
  signal: AbortSignal
}

/** All that a picture is drawn from: same scene, same picture. */
export interface Scene<P extends Params = Params, D = unknown> {
  /** `<widget>/<key>`. */
  room: string
  key: string
  params: Values<P>
  /** CSS pixels; the context is already scaled. */
  width: number
  height: number
  /** Device pixels a CSS pixel. */
  scale: number
  /** Open picture streams of the room. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once since the room was first watched. */
  peak: number
  /** Milliseconds since the epoch; an animated widget's clock stands still between two of its frames. */
  time: number
  /** What `load` answered. */
  data: D
}

/**
 * How a picture moves by itself: `fps` at most 30, or a frame every so many milliseconds from the parameters. Where
 * the picture is the same again after `loop` milliseconds, saying so lets it be sent once, as an animated picture.
 */
export type Animation<P extends Params = Params> = (
  | { fps: number }
  | { every: (params: Values<P>) => number }
) & {
  /** The period in milliseconds, from the parameters where they decide it; 0: it stands still. @default it never repeats */
  loop?: number | ((params: Values<P>) => number)
}

/** A live picture: the plain object an author's module exports by default. */
export interface Widget<P extends Params = Params, D = unknown> {
  /** What it is, in a few words. */
  title: string
  /** One or two sentences for the gallery. */
  about?: string
  /** CSS pixels: fixed, a range for viewers to choose from (`width=`, `height=`), or from the parameters. */
  size:
    | { width: number | SizeRange; height: number | SizeRange }
    | ((params: Values<P>, scope: { data: D; room: string }) => Size)
  /** What viewers may choose in the query. @default none */
  params?: P
  /** Draws again by the clock. */
  animate?: Animation<P>
  /** Gets what `draw` needs and does not have. Runs before every drawing. */
  load?(scope: LoadScope<P>): Promise<D> | D
  /** Draws on a transparent canvas, in CSS pixels. Synchronous and pure: nothing but the scene. */
  draw(ctx: Context, scene: Scene<P, D>): void
  /** What `.json` answers. @default room, connections, visitors, peak */
  data?(scene: Omit<Scene<P, D>, 'width' | 'height' | 'scale'>): unknown
}

/** The name of a look parameter belongs to every widget; no widget may declare one of its own by it. */
export const RESERVED_PARAMS: ReadonlySet<string> = new Set(
  'width height scale fps quality delivery animate v'.split(' '),
)

/** The most frames a second an animated widget may ask for. */
export const MAX_FPS = 30

/** The longest side of a picture in CSS pixels. */
export const MAX_SIDE = 4096

/** Checks an author's widget and returns it, typed; throws a `TypeError` that lists everything wrong. */
export function defineWidget<const P extends Params, D = undefined>(widget: Widget<P, D>): Widget<P, D> {
  const faults = findWidgetFaults(widget)
  if (faults.length > 0) throw new TypeError(faults.join('; '))
  return widget
}

/** Lists what keeps a module's default export from being a widget, as sentences; empty for a good one. */
export function findWidgetFaults(candidate: unknown): string[] {
  if (typeof candidate !== 'object' || candidate === null) {
    return [`expected the default export to be a widget (defineWidget({...})), got ${describe(candidate)}`]
  }
  const widget = candidate as Partial<Widget>
  const faults: string[] = []
  if (typeof widget.title !== 'string' || widget.title === '') {
    faults.push(`expected \`title\` to be text, got ${describe(widget.title)}`)
  }
  if (typeof widget.draw !== 'function') {
    faults.push(`expected \`draw\` to be a function, got ${describe(widget.draw)}`)
  }
  for (const name of ['load', 'data'] as const) {
    if (widget[name] !== undefined && typeof widget[name] !== 'function') {
      faults.push(`expected \`${name}\` to be a function, got ${describe(widget[name])}`)
    }
  }
  return [
    ...faults,
    ...findSizeFaults(widget.size),
    ...findAnimateFaults(widget.animate),
    ...findParamFaults(widget.params),
  ]
}

function findSizeFaults(size: unknown): string[] {
  if (typeof size === 'function') return []
  if (typeof size !== 'object' || size === null) {
    return [
      `expected \`size\` to be { width, height } or a function of the parameters, got ${describe(size)}`,
    ]
  }
  return (['width', 'height'] as const).flatMap((side) => {
    const length = (size as Record<string, unknown>)[side]
    if (isLength(length)) return []
    const range = length as Partial<SizeRange> | null | undefined
    if (typeof range === 'object' && range !== null) {
      const { min, max, default: usual } = range
      if (isLength(min) && isLength(max) && isLength(usual) && min <= usual && usual <= max) return []
    }
    return [
      `expected \`size.${side}\` to be a whole number from 1 to ${MAX_SIDE} or { min, max, default }, got ${describe(length)}`,
    ]
  })
}

function findAnimateFaults(animate: unknown): string[] {
  if (animate === undefined) return []
  const { fps, every, loop } = (animate ?? {}) as { fps?: unknown; every?: unknown; loop?: unknown }
  const repeats = loop === undefined || typeof loop === 'function' || (typeof loop === 'number' && loop > 0)
  if (!repeats)
    return [`expected \`animate.loop\` to be a time in milliseconds or a function, got ${describe(loop)}`]
  if (typeof every === 'function' || (typeof fps === 'number' && fps >= 1 && fps <= MAX_FPS)) return []
  return [
    `expected \`animate\` to be { fps } from 1 to ${MAX_FPS} or { every(params) }, got ${describe(animate)}`,
  ]
}

function findParamFaults(params: unknown): string[] {
  if (params === undefined) return []
  if (typeof params !== 'object' || params === null)
    return [`expected \`params\` to be an object, got ${describe(params)}`]
  return Object.entries(params).flatMap(([name, value]) => {
    if (RESERVED_PARAMS.has(name)) return [`\`params.${name}\` is a name every picture has already`]
    const spec = (value as Partial<Param> | null)?.spec
    if (!spec)
      return [
        `expected \`params.${name}\` to come from param.text(), param.number()..., got ${describe(value)}`,
      ]
    const fault = findSpecFault(spec)
    return fault ? [`\`params.${name}\` ${fault}`] : []
  })
}

function isLength(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SIDE
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'function' ? 'a function' : quote(value)
}

export type { Params, ParamValue, Values }
