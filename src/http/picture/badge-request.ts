import { type Fault, quote } from '../../errors.ts'
import type { Badge, BadgeStyle } from '../../picture/badge/badge.ts'
import type { Logos } from '../../picture/badge/logo.ts'
import { parseStaticPath } from '../../picture/badge/static-path.ts'
import { COLOR_SYNTAX, parseColor } from '../../picture/color.ts'
import { badParameters, type Look } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { readLinks, readLogo } from '../badge-query.ts'
import { type Extension, isExtension } from '../extensions.ts'

/** The parts of a badge's URL, not parsed yet. */
export interface BadgeUrl {
  /** The last segment, still encoded, without its extension. */
  path: string
  extension: Exclude<Extension, 'mjpeg'>
  /** Whether the URL names its extension: shields.io's own URLs do not, and mean an SVG. */
  isNamed: boolean
  /** False for an older form of shields.io's, which has no page. */
  hasPage: boolean
  query: URLSearchParams
}

/** The part of a badge's URL after the widget's name. */
const URL_FORM = /^(?:\/([^/?]+?))?(?:\.([a-z]+))?(?:\?(.*))?$/is
/** The older form of shields.io, which has all texts in the query. */
const STATIC_V1 = /^\/static\/v1(?=[.?])/
/** The same after the name of a widget. */
const QUERY_ALONE = /^\?(?:.*&)?message=/
/** Older names that shields.io still reads. */
const OLDER = { color: 'colorB', labelColor: 'colorA' } as const
const MAX_TEXT_LENGTH = 255
const EMPTIABLE: ReadonlySet<string> = new Set(['label', 'message', 'link'])

/** The same part of shields.io's own URLs, which have no extension. */
const BARE = /^\/[^/?]+(?:\?|$)/

/** Whether a request target is the older form of shields.io, `/static/v1?label=build&message=passing&color=green`. */
export function isStaticV1(url: string): boolean {
  return STATIC_V1.test(url)
}

/** Whether a request target has the form of a badge's URL, with or without an extension. */
export function isBadgeUrl(url: string, { name }: Pick<Manifest, 'name'>): boolean {
  if (isStaticV1(url)) return true
  const rest = url.startsWith(`/${name}`) ? url.slice(name.length + 1) : ''
  return BARE.test(rest) || QUERY_ALONE.test(rest)
}

/** Reads a request target as the URL of a badge of a widget; undefined if it is another picture's, or a page's. */
export function readBadgeUrl(
  url: string,
  { name, key }: Pick<Manifest, 'name' | 'key'>,
): BadgeUrl | undefined {
  const older = STATIC_V1.exec(url)?.[0]
  if (older === undefined && !url.startsWith(`/${name}`)) return undefined
  const rest = url.slice(older?.length ?? name.length + 1)
  const [whole, path, written, text = ''] = URL_FORM.exec(rest) ?? []
  if (whole === undefined || (path === undefined && written === undefined && !QUERY_ALONE.test(rest)))
    return undefined
  const query = readQuery(text)
  const hasPage = older === undefined
  const ending = written?.toLowerCase()
  if (ending === undefined || !isExtension(ending)) {
    // The dot of a text, like that of `v1.beta`.
    const words = written === undefined ? path : `${path ?? ''}.${written}`
    return { path: words ?? '', extension: 'svg', isNamed: false, hasPage, query }
  }
  if (ending === 'mjpeg') return undefined
  return {
    path: path ?? (query.has('message') ? '' : key.default),
    extension: ending,
    isNamed: true,
    hasPage,
    query,
  }
}

/** As shields.io does: an empty value is none, and spaces around a value do not matter. A text or a link can be empty. */
function readQuery(text: string): URLSearchParams {
  if (text === '') return new URLSearchParams()
  const given = [...new URLSearchParams(text)].map(([name, value]): [string, string] => [name, value.trim()])
  return new URLSearchParams(given.filter(([name, value]) => value !== '' || EMPTIABLE.has(name)))
}

/**
 * Reads a badge. The query takes precedence over the path. As with shields.io, a wrong logo or link is left out:
 * `overlooked` are these faults.
 * @throws PublicError 400 that names every other fault.
 */
export function readBadge(
  { path, query }: BadgeUrl,
  { params }: Look,
  logos: Logos,
): { badge: Badge; overlooked: readonly Fault[] } {
  const faults: Fault[] = []
  const overlooked: Fault[] = []
  const read = <T>(name: string, reading: () => T): T | undefined => {
    try {
      return reading()
    } catch (error) {
      faults.push({ name, detail: (error as Error).message })
      return undefined
    }
  }
  const said = read('badge', () => parseStaticPath(decode(path)))
  const given = (name: string) => query.getAll(name).at(-1) || undefined
  const givenColor = (name: keyof typeof OLDER) => {
    const older = given(name) === undefined ? given(OLDER[name]) : undefined
    if (older !== undefined && parseColor(older) === undefined)
      faults.push({ name: OLDER[name], detail: `expected ${COLOR_SYNTAX}, got ${quote(older)}` })
    return given(name) ?? older
  }
  const style = params.style as BadgeStyle
  const badge: Badge = {
    label: query.has('label') ? String(params.label) : said?.label,
    message: query.has('message') ? String(params.message) : (said?.message ?? ''),
    color: givenColor('color') ?? said?.color,
    labelColor: givenColor('labelColor'),
    style,
    ...readLogo(query, style, logos, overlooked),
    links: readLinks(query, overlooked),
  }
  for (const half of ['label', 'message'] as const) {
    const length = badge[half]?.length ?? 0
    if (length > MAX_TEXT_LENGTH)
      faults.push({ name: half, detail: `expected at most ${MAX_TEXT_LENGTH} characters, got ${length}` })
  }
  if (faults.length > 0) throw badParameters(faults)
  return { badge, overlooked }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new RangeError(`expected text in percent-encoding, got ${quote(path)}`)
  }
}
