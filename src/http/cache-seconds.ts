import { type Fault, PublicError } from '../errors.ts'
import { badParameters } from '../widget/look.ts'
import type { ParamSpec } from '../widget/param.ts'
import { parseParam } from '../widget/param.ts'

const NAME = 'cacheSeconds'
/** A year. */
const MAX = 31_536_000
const SPEC: ParamSpec = { kind: 'integer', default: 0, min: 0, max: MAX }

/**
 * Returns for how many seconds caches may keep a still, by the parameter `cacheSeconds`; without it, `otherwise`
 * milliseconds. It is part of no look: the picture is the same.
 * @param isForgiving whether a wrong value is ignored, and a longer time is the longest.
 * @throws PublicError 400.
 */
export function readCacheSeconds(query: URLSearchParams, otherwise: number, isForgiving = false): number {
  const raw = query.getAll(NAME).at(-1)
  const unsaid = Math.round(otherwise / 1000)
  // As an empty field of a form, and as with shields.io, an empty value is none.
  if (raw === undefined || raw === '') return unsaid
  try {
    return Number(parseParam(SPEC, raw))
  } catch (error) {
    if (!isForgiving) throw badParameters([{ name: NAME, detail: (error as Error).message }])
    return /^\d+$/.test(raw) ? MAX : unsaid
  }
}

/** Returns a query without the parameter, which is part of no look. */
export function withoutCacheSeconds(query: URLSearchParams): URLSearchParams {
  if (!query.has(NAME)) return query
  return new URLSearchParams([...query].filter(([name]) => name !== NAME))
}

/** Finds the fault of the parameter `cacheSeconds`. */
export function findCacheSecondsFault(query: URLSearchParams): Fault[] {
  try {
    readCacheSeconds(query, 0)
    return []
  } catch (error) {
    return error instanceof PublicError ? [...error.faults] : []
  }
}

/**
 * A small device sleeps until the clock changes its picture. Rounded up: one that wakes too early would get the same
 * picture again.
 */
export function secondsUntil(time: number): number {
  return Number.isFinite(time) ? Math.max(1, Math.ceil(time / 1000)) : 0
}
