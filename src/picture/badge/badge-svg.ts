import { createRequire } from 'node:module'
import { crc32 } from 'node:zlib'
import { lazy } from '../../system/lazy.ts'
import { parseColor } from '../color.ts'
import type { Badge, BadgeSize } from './badge.ts'
import { isBadgeLink } from './badge-link.ts'
import { toBadgeText } from './badge-text.ts'
import { stretchLogo } from './stretch-logo.ts'

/**
 * Loaded for the first badge: its tables of letters' widths take longer to read than all built-in widgets. It is kept,
 * because a call of `require` may search the folders of modules again, which takes as long as a badge.
 */
const badgeMaker = lazy(() => createRequire(import.meta.url)('badge-maker') as typeof import('badge-maker'))

/**
 * Colours that badge-maker accepts unchanged: its own names, CSS names, 3 or 6 digits, and functions with commas. It takes
 * 4 and 8 digits with a number sign only: a badge of `ffff` was green.
 */
const PLAIN = /^(?!transparent$|[a-f]{4}$|[a-f]{8}$)(?:[a-z]+|#?(?:[0-9a-f]{3}){1,2})$/
const PLAIN_FUNCTION = /^(?:rgb\(\d+(?:, ?\d+){2}|hsl\(\d+(?:, ?\d+%){2})\)$/
/**
 * The badge that was made last, by its properties: a drawing needs it for its size, and at once for its pixels. More would
 * outlive a collection of young objects, which costs as long as it took to make them.
 */
const RECENT = new Map<string, string>()
/** Characters of the badge and its properties: a logo can be long. */
const MAX_RECENT_LENGTH = 60_000
const SIZE = /^<svg[^>]* width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"/

type Format = Parameters<typeof import('badge-maker').makeBadge>[0]

/** Draws a badge as SVG with badge-maker, the library of shields.io: about 1 kB, with a title. The last one is kept. */
export function badgeSvg(badge: Badge): string {
  const properties = JSON.stringify(badge)
  const recent = RECENT.get(properties)
  if (recent !== undefined) return recent
  const svg = makeBadgeSvg(badge)
  RECENT.clear()
  if (svg.length + properties.length <= MAX_RECENT_LENGTH) RECENT.set(properties, svg)
  return svg
}

/** Draws a badge as SVG, for a response that needs it once. */
export function makeBadgeSvg({
  label,
  message,
  color = 'lightgrey',
  labelColor,
  style,
  logo,
  logoWidth,
  links = [],
}: Badge): string {
  const format: Format = {
    label: toBadgeText(label ?? ''),
    message: toBadgeText(message),
    color: toPlainColor(color),
  }
  // Each spread of an object that may be missing takes as long as all of these.
  if (labelColor !== undefined) format.labelColor = toPlainColor(labelColor)
  if (style !== undefined) format.style = style
  if (logo !== undefined) format.logoBase64 = logo
  if (links.some(isBadgeLink)) format.links = links.map((link) => (isBadgeLink(link) ? link : ''))
  const idSuffix = toSuffix(JSON.stringify([format, logoWidth]))
  format.idSuffix = idSuffix
  const plain = withBlurId(badgeMaker().makeBadge(format), idSuffix)
  return logo === undefined || logoWidth === undefined ? plain : stretchLogo(plain, logoWidth)
}

/** The id of its blur is the only one that badge-maker gives no suffix. No text of a badge contains a quote. */
function withBlurId(svg: string, suffix: string): string {
  return svg.replace(' id="blur"', ` id="blur${suffix}"`).replaceAll('"url(#blur)"', `"url(#blur${suffix})"`)
}

/** A suffix for ids, so that several badges can be inlined in one page: the first of equal ids would clip them all. */
function toSuffix(properties: string): string {
  return crc32(properties).toString(16).padStart(8, '0').slice(2)
}

/** The size of a badge, read from its SVG, in whole pixels: `for-the-badge` has quarters. */
export function badgeSize(svg: string): BadgeSize {
  const [, width, height] = SIZE.exec(svg) ?? []
  if (width === undefined || height === undefined) throw new TypeError('expected an SVG of badge-maker')
  return { width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) }
}

function toPlainColor(color: string): string {
  const words = color.trim().toLowerCase()
  if (PLAIN.test(words) || PLAIN_FUNCTION.test(words)) return words
  return words === 'transparent' ? '#00000000' : (parseColor(words) ?? 'lightgrey')
}
