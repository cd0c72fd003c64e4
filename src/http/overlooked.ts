import type { ServerResponse } from 'node:http'
import type { Fault } from '../errors.ts'
import { Logos } from '../picture/badge/logo.ts'
import { findForgiven, isForgiving } from '../widget/forgiven.ts'
import type { Manifest } from '../widget/manifest.ts'
import { findBadgeFaults } from './badge-query.ts'
import { findCacheSecondsFault } from './cache-seconds.ts'
import { overlookedFor } from './headers.ts'

const LOGOS = new Logos()
/** The parameters of a badge, outside of its manifest, whose wrong values are overlooked. */
const OF_BADGES: ReadonlySet<string> = new Set(['logo', 'logoColor', 'logoSize', 'link', 'cacheSeconds'])

/** Whether the parameters of a picture are those of shields.io. */
export function isBadge({ role }: Pick<Manifest, 'role'>): boolean {
  return role === 'static-badge' || role === 'status-badge'
}

/**
 * Finds the wrong values in a query without which a picture is drawn all the same, as shields.io draws its badges: people
 * who change a host name keep their badges. A wrong colour is none of these.
 */
export function findOverlooked(manifest: Pick<Manifest, 'role' | 'params'>, query: URLSearchParams): Fault[] {
  if (query.size === 0) return []
  const plain = findOverlookedWords(manifest, query)
  if (!isBadge(manifest)) return plain
  // Whether a logo can be read depends on no style.
  return [...plain, ...findBadgeFaults(query, 'flat', LOGOS)]
}

/** Adds the header that names these values to a response that is not sent yet. */
export function warnOfOverlooked(
  response: ServerResponse,
  manifest: Pick<Manifest, 'role' | 'params'>,
  query: URLSearchParams,
): void {
  if (!canOverlook(manifest, query)) return
  const { Warning } = overlookedFor(findOverlooked(manifest, query))
  if (Warning !== undefined) response.setHeader('Warning', Warning)
}

/** Finds all of these but the faults of a logo and of links, which reading them finds. */
export function findOverlookedWords(
  manifest: Pick<Manifest, 'role' | 'params'>,
  query: URLSearchParams,
): Fault[] {
  if (query.size === 0) return []
  const words = findForgiven(manifest.params, query)
  return isBadge(manifest) ? [...words, ...findCacheSecondsFault(query)] : words
}

/** Whether a query has any parameter whose value may be wrong: for most pictures nothing more need be read. */
function canOverlook(manifest: Pick<Manifest, 'role' | 'params'>, query: URLSearchParams): boolean {
  const { params } = manifest
  for (const name of query.keys()) {
    if (isBadge(manifest) && OF_BADGES.has(name)) return true
    const spec = Object.hasOwn(params, name) ? params[name] : undefined
    if (spec && isForgiving(spec)) return true
  }
  return false
}
