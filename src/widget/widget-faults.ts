import { findUnknownFields } from '../system/unknown-fields.ts'
import { describeValue } from './describe-value.ts'
import { toMilliseconds } from './duration.ts'
import type { Limits } from './limits.ts'
import { findLoadFaults } from './load-faults.ts'
import { findFieldFaults, findKeyFaults, findParamFaults } from './param-faults.ts'
import { MAX_FPS, MAX_SIDE } from './picture-limits.ts'
import { isRole, ROLES, showsFrames } from './role.ts'
import type { SizeRange, Widget } from './widget.ts'

/** Every field of a widget. */
const FIELDS: Readonly<Record<keyof Widget, true>> = {
  apiVersion: true,
  title: true,
  about: true,
  size: true,
  key: true,
  stateless: true,
  gallery: true,
  role: true,
  params: true,
  animate: true,
  load: true,
  example: true,
  start: true,
  collect: true,
  onJoin: true,
  onLeave: true,
  onClick: true,
  fields: true,
  shows: true,
  limits: true,
  draw: true,
  svg: true,
  json: true,
  alt: true,
}

/** The version of the widget's interface. */
const API_VERSION = 1

/** Earlier names of fields. */
const RENAMED: Readonly<Record<string, keyof Widget>> = { data: 'json' }

/** The optional fields that are functions. */
const FUNCTIONS = ['json', 'svg', 'alt', 'start', 'onJoin', 'onLeave', 'onClick', 'shows'] as const

const LIMIT_RANGES: Readonly<Record<keyof Limits, { min: number; max: number; words: string }>> = {
  timeout: { min: 10, max: 60_000, words: "a time such as '5s', from 10ms to 1m" },
  memoryBytes: { min: 150e6, max: 16e9, words: 'a number from 150_000_000 to 16_000_000_000' },
}

/** The interval of `collect`, in milliseconds. */
const MIN_COLLECT = 1_000
const MAX_COLLECT = 86_400_000

const NOT_A_WIDGET = 'ERR_NOT_A_WIDGET'

/** Creates the error for a module that is not a widget. Its message contains only our own text. */
export function notAWidget(faults: readonly string[]): TypeError {
  return Object.assign(new TypeError(faults.join('; ')), { code: NOT_A_WIDGET })
}

/** Whether an error comes from `notAWidget`, of any copy of this module: its message cannot contain a secret. */
export function isNotAWidget(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === NOT_A_WIDGET
}

/** Lists the faults of a module's default export, as sentences; empty for a valid widget. */
export function findWidgetFaults(candidate: unknown): string[] {
  if (typeof candidate !== 'object' || candidate === null) {
    return [
      `expected the default export to be a widget (defineWidget({...})), got ${describeValue(candidate)}`,
    ]
  }
  const widget = candidate as Partial<Widget>
  const { apiVersion = API_VERSION } = widget as { apiVersion?: unknown }
  // Other faults would only say how the versions differ.
  if (apiVersion !== API_VERSION)
    return [
      `expected \`apiVersion\` to be ${API_VERSION}, the only version that this server has, got ${describeValue(apiVersion)}`,
    ]
  const faults = findUnknownFields('', candidate, Object.keys(FIELDS), RENAMED)
  if (typeof widget.title !== 'string' || widget.title === '') {
    faults.push(`expected \`title\` to be text, got ${describeValue(widget.title)}`)
  }
  if (widget.about !== undefined && typeof widget.about !== 'string') {
    faults.push(`expected \`about\` to be text, got ${describeValue(widget.about)}`)
  }
  if (typeof widget.draw !== 'function') {
    faults.push(`expected \`draw\` to be a function, got ${describeValue(widget.draw)}`)
  }
  for (const name of FUNCTIONS) {
    if (widget[name] !== undefined && typeof widget[name] !== 'function') {
      faults.push(`expected \`${name}\` to be a function, got ${describeValue(widget[name])}`)
    }
  }
  faults.push(...findArgumentFaults(widget))
  return [
    ...faults,
    ...findExampleFaults(widget),
    ...findCollectFaults(widget.collect),
    ...findSizeFaults(widget),
    ...findLoadFaults(widget.load),
    ...findAnimateFaults(widget.animate),
    ...findParamFaults(widget.params),
    ...findFieldFaults(widget),
    ...findKeyFaults(widget.key),
    ...findStatelessFaults(widget),
    ...findGalleryFaults(widget.gallery),
    ...findRoleFaults(widget.role),
    ...findLimitFaults(widget.limits),
  ]
}

/** A function that expects more than its one object would find its second argument undefined when it is called. */
function findArgumentFaults(widget: Partial<Widget>): string[] {
  const { every, loop } = Object(widget.animate) as { every?: unknown; loop?: unknown }
  const functions = {
    ...Object.fromEntries(FUNCTIONS.map((name) => [name, widget[name]])),
    ...{
      load: typeof widget.load === 'object' ? Object(widget.load).run : widget.load,
      size: widget.size,
      'animate.every': every,
      'animate.loop': loop,
    },
  }
  return Object.entries(functions).flatMap(([name, value]) =>
    typeof value === 'function' && value.length > 1
      ? [`expected \`${name}\` to take one object, such as ({ params, data }), got ${value.length} arguments`]
      : [],
  )
}

function findExampleFaults({ example, load }: Partial<Widget>): string[] {
  if (example === undefined) return []
  if (load === undefined) return ['`example` is never shown: the widget has no `load`']
  return typeof example === 'function'
    ? ['expected `example` to be data as `load` returns it, got a function']
    : []
}

function findCollectFaults(collect: unknown): string[] {
  if (collect === undefined) return []
  const unknown = findUnknownFields('collect', Object(collect), ['every', 'run'])
  if (typeof collect === 'object' && unknown.length > 0) return unknown
  const { every, run } = (collect ?? {}) as { every?: number; run?: unknown }
  const time = toMilliseconds(every ?? Number.NaN)
  if (typeof run === 'function' && time >= MIN_COLLECT && time <= MAX_COLLECT) return []
  return [
    `expected \`collect\` to be { every, run } with a time from 1s to 1d like '1m' and a function, got ${describeValue(collect)}`,
  ]
}

function findStatelessFaults(widget: Partial<Widget>): string[] {
  if (widget.stateless === undefined || widget.stateless === false) return []
  if (widget.stateless !== true)
    return [`expected \`stateless\` to be true or false, got ${describeValue(widget.stateless)}`]
  const handlers = (['onJoin', 'onLeave', 'onClick', 'collect'] as const).filter(
    (name) => widget[name] !== undefined,
  )
  return handlers.map((name) => `\`${name}\` is never called: the widget is \`stateless\``)
}

function findGalleryFaults(gallery: unknown): string[] {
  if (gallery === undefined) return []
  const isObject = typeof gallery === 'object' && gallery !== null
  const unknown = isObject ? findUnknownFields('gallery', gallery, ['rank']) : []
  if (unknown.length > 0) return unknown
  const { rank } = (gallery ?? {}) as { rank?: unknown }
  if (isObject && (rank === undefined || Number.isFinite(rank))) return []
  return [`expected \`gallery\` to be { rank } with a number, got ${describeValue(gallery)}`]
}

function findRoleFaults(role: unknown): string[] {
  if (role === undefined || isRole(role)) return []
  return [`expected \`role\` to be one of ${Object.keys(ROLES).join(', ')}, got ${describeValue(role)}`]
}

function findSizeFaults({ size, role }: { size?: unknown; role?: unknown }): string[] {
  if (typeof size === 'function') return []
  if (typeof size !== 'object' || size === null || Array.isArray(size)) {
    return [
      `expected \`size\` to be { width, height } or a function of the parameters, got ${describeValue(size)}`,
    ]
  }
  const unknown = findUnknownFields('size', size, ['width', 'height'])
  if (unknown.length > 0) return unknown
  return (['width', 'height'] as const).flatMap((side) => {
    const length = (size as Record<string, unknown>)[side]
    if (isLength(length)) return []
    const range = length as Partial<SizeRange> | null | undefined
    if (typeof range === 'object' && range !== null) {
      const wrong = findUnknownFields(`size.${side}`, range, ['min', 'max', 'default'])
      if (wrong.length > 0) return wrong
      const { min, max, default: start } = range
      // A length of 0 is that of the frames.
      if (isRole(role) && showsFrames(role) && min === 0 && start === 0 && isLength(max)) return []
      if (isLength(min) && isLength(max) && isLength(start) && min <= start && start <= max) return []
    }
    return [
      `expected \`size.${side}\` to be a whole number from 1 to ${MAX_SIDE} or { min, max, default }, got ${describeValue(length)}`,
    ]
  })
}

function findAnimateFaults(animate: unknown): string[] {
  if (animate === undefined) return []
  const isObject = typeof animate === 'object' && animate !== null
  const unknown = isObject ? findUnknownFields('animate', animate, ['fps', 'every', 'loop']) : []
  if (unknown.length > 0) return unknown
  const { fps, every, loop } = (animate ?? {}) as { fps?: unknown; every?: unknown; loop?: unknown }
  const repeats = loop === undefined || typeof loop === 'function' || toMilliseconds(loop as number) > 0
  if (!repeats)
    return [
      `expected \`animate.loop\` to be a time like 2s or in milliseconds, or a function, got ${describeValue(loop)}`,
    ]
  if (every !== undefined && fps !== undefined)
    return [`expected \`animate\` to have \`fps\` or \`every\`, got both: ${describeValue(animate)}`]
  if (isPace(every) || (typeof fps === 'number' && fps >= 1 && fps <= MAX_FPS)) return []
  return [
    `expected \`animate\` to be { fps } from 1 to ${MAX_FPS} or { every } with a time like 10s or in milliseconds, or a function, got ${describeValue(animate)}`,
  ]
}

function findLimitFaults(limits: unknown): string[] {
  if (limits === undefined) return []
  if (typeof limits !== 'object' || limits === null) {
    return [`expected \`limits\` to be { timeout, memoryBytes }, got ${describeValue(limits)}`]
  }
  const unknown = findUnknownFields('limits', limits, Object.keys(LIMIT_RANGES))
  if (unknown.length > 0) return unknown
  return Object.entries(LIMIT_RANGES).flatMap(([name, range]) => {
    const value = (limits as Record<string, unknown>)[name]
    const number = name === 'timeout' ? toMilliseconds(value as number) : value
    const right = typeof number === 'number' && number >= range.min && number <= range.max
    return value === undefined || right
      ? []
      : [`expected \`limits.${name}\` to be ${range.words}, got ${describeValue(value)}`]
  })
}

function isPace(every: unknown): boolean {
  return typeof every === 'function' || toMilliseconds(every as number) >= 1000 / MAX_FPS
}

function isLength(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SIDE
}
