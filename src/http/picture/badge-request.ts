import { dirname } from 'node:path'
import { type Fault, quote } from '../../errors.ts'
import type { Badge, BadgeStyle } from '../../picture/badge/badge.ts'
import type { Logos } from '../../picture/badge/logo.ts'
import { parseStaticPath } from '../../picture/badge/static-path.ts'
import { builtInFolder } from '../../widget/built-in-folder.ts'
import { badParameters, type Look } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { type Extension, isExtension } from '../extensions.ts'

/** The widget whose pictures are determined by their URLs alone. */
export const BADGE_WIDGET = 'badge'

/** The parts of a badge's URL, not parsed yet. */
export interface BadgeUrl {
  /** The last segment, still encoded, without its extension. */
  path: string
  extension: Exclude<Extension, 'mjpeg'>
  query: URLSearchParams
}

const URL_FORM = /^\/badge(?:\/([^/?]+))?\.([a-z]+)(?:\?(.*))?$/s
/** The badge of `/badge.svg` without a query. */
const EXAMPLE = 'build-passing-brightgreen'
const LINK = /^https?:\/\/[^\s"'<>]+$/i
const MAX_TEXT_LENGTH = 255

/** Reads a request target as the URL of a badge; undefined if it is another picture's, or a page's. */
export function readBadgeUrl(url: string): BadgeUrl | undefined {
  const [, path, extension = '', text = ''] = URL_FORM.exec(url) ?? []
  if (!isExtension(extension) || extension === 'mjpeg') return undefined
  const query = new URLSearchParams(text)
  return { path: path ?? (query.has('message') ? '' : EXAMPLE), extension, query }
}

/** Whether a widget is the built-in badge, and not the owner's widget of the same name. */
export function isBadge(manifest: Manifest | undefined): manifest is Manifest {
  return manifest !== undefined && dirname(manifest.file) === builtInFolder()
}

/**
 * Reads a badge. The query takes precedence over the path.
 * @throws PublicError 400 that names every fault.
 */
export function readBadge({ path, query }: BadgeUrl, { params }: Look, logos: Logos): Badge {
  const faults: Fault[] = []
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
  const style = params.style as BadgeStyle
  const name = given('logo')
  const logo = name === undefined ? undefined : logos.read(name, style, given('logoColor'))
  if (logo && 'fault' in logo) faults.push({ name: 'logo', detail: `${logo.fault}, got ${quote(name)}` })
  const link = given('link')
  if (link !== undefined && !LINK.test(link))
    faults.push({ name: 'link', detail: `expected a URL with http: or https:, got ${quote(link)}` })
  const badge: Badge = {
    label: query.has('label') ? String(params.label) : said?.label,
    message: query.has('message') ? String(params.message) : (said?.message ?? ''),
    color: given('color') ?? said?.color,
    labelColor: given('labelColor'),
    style,
    logo: logo && 'logo' in logo ? logo.logo : undefined,
    link,
  }
  for (const half of ['label', 'message'] as const) {
    const length = badge[half]?.length ?? 0
    if (length > MAX_TEXT_LENGTH)
      faults.push({ name: half, detail: `expected at most ${MAX_TEXT_LENGTH} characters, got ${length}` })
  }
  if (faults.length > 0) throw badParameters(faults)
  return badge
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new RangeError(`expected text in percent-encoding, got ${quote(path)}`)
  }
}
