import { type Fault, quote } from '../errors.ts'
import type { Badge, BadgeStyle } from '../picture/badge/badge.ts'
import { isBadgeLink } from '../picture/badge/badge-link.ts'
import type { Logos } from '../picture/badge/logo.ts'

/** One link for the badge, or one for each half. */
const MAX_LINKS = 2

/** Reads `logo`, `logoColor` and `logoSize`. Adds to `faults` if the logo is wrong: the badge has none then. */
export function readLogo(
  query: URLSearchParams,
  style: BadgeStyle,
  logos: Logos,
  faults: Fault[],
): Pick<Badge, 'logo' | 'logoWidth'> {
  const given = (name: string) => query.getAll(name).at(-1) || undefined
  const [name, size] = [given('logo'), given('logoSize')]
  if (name === undefined) return {}
  const reading = logos.read(name, { style, color: given('logoColor'), size })
  if ('logo' in reading) return { logo: reading.logo, logoWidth: reading.width }
  const hint = reading.nearest === undefined ? '' : `; did you mean ${reading.nearest}?`
  faults.push({ name: 'logo', detail: `${reading.fault}, got ${quote(name)}${hint}` })
  return {}
}

/** Finds the faults of a badge's logo and links. */
export function findBadgeFaults(query: URLSearchParams, style: BadgeStyle, logos: Logos): Fault[] {
  const faults: Fault[] = []
  readLogo(query, style, logos, faults)
  readLinks(query, faults)
  return faults
}

/**
 * Reads every `link`. Adds to `faults` if one is wrong, or if there are more than two. A wrong one is empty, so that the
 * other stays that of its half.
 */
export function readLinks(query: URLSearchParams, faults: Fault[]): string[] {
  const given = query.getAll('link')
  if (given.length > MAX_LINKS)
    faults.push({ name: 'link', detail: `expected at most ${MAX_LINKS} links, got ${given.length}` })
  // No others are read: each fault is a part of a header.
  const read = given.slice(0, MAX_LINKS)
  for (const link of read) {
    if (link !== '' && !isBadgeLink(link))
      faults.push({ name: 'link', detail: `expected a URL with http: or https:, got ${quote(link)}` })
  }
  const links = read.map((link) => (isBadgeLink(link) ? link : ''))
  return links.some((link) => link !== '') ? links : []
}
