import type { ServerResponse } from 'node:http'
import type { PublicError } from '../../errors.ts'
import type { Badge } from '../../picture/badge/badge.ts'
import { badgeJson } from '../../picture/badge/badge-json.ts'
import { makeBadgeSvg } from '../../picture/badge/badge-svg.ts'
import { badgeWords } from '../../picture/badge/badge-words.ts'
import { Logos } from '../../picture/badge/logo.ts'
import { contentType, type Encoded, type Format, type Frame, SvgText } from '../../picture/frame.ts'
import type { Renderer } from '../../render/renderer.ts'
import { addressGroup } from '../../system/address-group.ts'
import { toAlt } from '../../widget/alt.ts'
import { type Look, parseLook } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { readCacheSeconds, withoutCacheSeconds } from '../cache-seconds.ts'
import { extensionRow } from '../extensions.ts'
import { formatHeaders, keptFor, mergeHeaders, overlookedFor, UNCACHED } from '../headers.ts'
import { findOverlookedWords } from '../overlooked.ts'
import { wantsStatus200 } from '../purpose.ts'
import { clientAddress, type PictureRequest } from '../request.ts'
import { sendJson, sendStill, sendWhole, sendWords } from '../send.ts'
import { type BadgeUrl, isBadgeUrl, isStaticV1, readBadge, readBadgeUrl } from './badge-request.ts'

const ROLE = 'static-badge'

/** A request for a badge. */
export interface ReadBadge {
  url: BadgeUrl
  manifest: Manifest
}

/** A sent badge. */
export interface SentBadge {
  status: 200 | 304
  bytes: number
}

/**
 * Sends badges, whose whole content is their URL: they have no room, no channel and no history. An SVG or JSON is
 * built in this process, by a pure function of a few texts of bounded length; pixels are drawn in a render process.
 */
export class Badges {
  readonly #renderer: Renderer
  readonly #stillCache: number
  readonly #logos = new Logos()
  /** The looks of URLs without a query, by format: parsing one takes half as long as a badge. */
  readonly #plainLooks = new Map<Format, Look>()

  /** @param stillCache for how long caches may keep a badge whose URL says nothing, in milliseconds. */
  constructor(renderer: Renderer, stillCache: number) {
    this.#renderer = renderer
    this.#stillCache = stillCache
  }

  /** The badge's manifest; undefined if the owner has another widget of that name. */
  get manifest(): Manifest | undefined {
    const { manifests, roles } = this.#renderer
    const manifest = manifests.get(roles.get(ROLE) ?? '')
    return manifest?.role === ROLE ? manifest : undefined
  }

  /** Whether a request target has the form of a badge's URL. */
  isFor(url: string): boolean {
    const { manifest } = this
    return manifest !== undefined && !this.#isOwners(url) && isBadgeUrl(url, manifest)
  }

  /** Reads a request target as the URL of a badge; undefined if it is another picture's, or a page's. */
  read(url: string): ReadBadge | undefined {
    const { manifest } = this
    const read = manifest && !this.#isOwners(url) ? readBadgeUrl(url, manifest) : undefined
    return manifest && read && { url: read, manifest }
  }

  /** Whether the owner's widget `static` has a picture with the path of shields.io's older form. */
  #isOwners(url: string): boolean {
    return isStaticV1(url) && this.#renderer.manifests.has('static')
  }

  /** Sends a badge. @throws PublicError 400 for a wrong path or parameter. */
  async send(
    request: PictureRequest,
    response: ServerResponse,
    url: BadgeUrl,
    manifest: Manifest,
  ): Promise<SentBadge | undefined> {
    const { format } = extensionRow(url.extension)
    const look = this.#readLook(manifest, format ?? 'png', url.query)
    const { badge, overlooked } = readBadge(url, look, this.#logos)
    const warning = overlookedFor([...findOverlookedWords(manifest, url.query), ...overlooked])
    if (format === undefined) {
      if (url.extension === 'txt') sendWords(request, response, toAlt(badgeWords(badge)), warning)
      // Exactly as shields.io writes it, without `alt`.
      else sendJson(request, response, 200, badgeJson(badge), { headers: warning })
      return undefined
    }
    const frame: Encoded =
      format === 'svg'
        ? new SvgText(makeBadgeSvg(badge))
        : await this.#draw(manifest.name, badge, look, request, response)
    const kept = keptFor(readCacheSeconds(url.query, this.#stillCache, true))
    const status = sendStill(request, response, frame, mergeHeaders(kept, warning))
    return { status, bytes: status === 200 ? Buffer.byteLength(frame.bytes) : 0 }
  }

  #readLook(manifest: Manifest, format: Format, query: URLSearchParams): Look {
    if (query.size > 0) return parseLook(manifest, format, withoutCacheSeconds(query))
    const look = this.#plainLooks.get(format) ?? parseLook(manifest, format, query)
    this.#plainLooks.set(format, look)
    return look
  }

  /** Sends an error as a badge: an SVG of 1 kB; an error card, with its letters as paths, would have 80. */
  sendError(
    request: PictureRequest,
    response: ServerResponse,
    { status, caption, headers }: PublicError,
  ): void {
    const svg = makeBadgeSvg({ label: 'error', message: caption, color: 'red' })
    const shown = wantsStatus200(request.headers) ? 200 : status
    const head = { ...UNCACHED, ...formatHeaders('svg'), ...headers }
    sendWhole(request, response, shown, head, contentType('svg'), svg)
  }

  async #draw(
    widget: string,
    badge: Badge,
    look: Look,
    request: PictureRequest,
    response: ServerResponse,
  ): Promise<Frame> {
    // The logo is read again there: its name is shorter than its picture.
    const { label = '', message, color = '', labelColor = '', style = 'flat' } = badge
    const params = { ...look.params, label, message, color, labelColor, style }
    const job = { widget, key: '', look: { ...look, params } }
    const noCounts = { connections: 0, visitors: 0, peak: 0, time: Date.now() }
    const payers = { networks: [addressGroup(clientAddress(request))], count: 1 }
    const { frame } = await this.#renderer.draw(
      { ...job, ...noCounts },
      () => Number(!response.destroyed),
      () => payers,
    )
    return frame
  }
}
