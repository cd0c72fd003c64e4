import { badParameters } from '../../widget/look.ts'
import type { ParamSpec } from '../../widget/param.ts'
import { parseParam } from '../../widget/param.ts'

const NAME = 'cacheSeconds'
/** A year. */
const SPEC: ParamSpec = { kind: 'integer', default: 0, min: 0, max: 31_536_000 }

/**
 * Returns for how many seconds caches may keep a still, by the parameter `cacheSeconds`; without it, `otherwise`
 * milliseconds. It is part of no look: the picture is the same.
 * @throws PublicError 400.
 */
export function readCacheSeconds(query: URLSearchParams, otherwise: number): number {
  const raw = query.getAll(NAME).at(-1)
  if (raw === undefined) return Math.round(otherwise / 1000)
  try {
    return Number(parseParam(SPEC, raw))
  } catch (error) {
    throw badParameters([{ name: NAME, detail: (error as Error).message }])
  }
}

/**
 * A small device sleeps until the clock changes its picture. Rounded up: one that wakes too early would get the same
 * picture again.
 */
export function secondsUntil(time: number): number {
  return Number.isFinite(time) ? Math.max(1, Math.ceil(time / 1000)) : 0
}
