import { type Duration, toMilliseconds } from './duration.ts'
import type { LoadFunction, Params, Widget } from './widget.ts'

/** For how long the result of a `load` is used, as plain data; in milliseconds. */
export interface LoadSpec {
  /** Undefined: until the next heartbeat. */
  keep: number | undefined
  /** How much longer it is used while `load` fails. */
  staleIfError: number
}

/** The shortest and the longest time that a result can be kept, in milliseconds. */
export const KEEP_RANGE = { min: 100, max: 30 * 86_400_000 }

/** Returns the function that loads a widget's data; undefined if it loads nothing. */
export function loadOf({ load }: Pick<Widget, 'load'>): LoadFunction<Params, unknown> | undefined {
  return typeof load === 'function' ? load : load?.run.bind(load)
}

/** Returns for how long the data of a widget is used; undefined if it loads nothing. */
export function toLoadSpec({ load }: Pick<Widget, 'load'>): LoadSpec | undefined {
  if (load === undefined) return undefined
  if (typeof load === 'function') return { keep: undefined, staleIfError: 0 }
  const { keep, staleIfError = 0 } = load
  return { keep: toMilliseconds(keep), staleIfError: toMilliseconds(staleIfError) }
}

/** Whether a value is a time for which data can be kept. */
export function isKeepTime(value: unknown, min = KEEP_RANGE.min): boolean {
  const time = toMilliseconds(value as number | Duration)
  return time >= min && time <= KEEP_RANGE.max
}
