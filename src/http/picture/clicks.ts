import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import express, { type Request, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { PublicError, quote } from '../../errors.ts'
import type { Renderer } from '../../render/renderer.ts'
import { addressGroup } from '../../system/address-group.ts'
import type { NewRooms } from '../../viewer/new-rooms.ts'
import type { Viewers } from '../../viewer/viewers.ts'
import type { WidgetEvents } from '../../viewer/widget-events.ts'
import { checkKey } from '../../widget/key.ts'
import { parseLook } from '../../widget/look.ts'
import { roomOf } from '../../widget/room.ts'
import type { Click } from '../../widget/widget.ts'
import { toArrival } from '../arrival.ts'
import { headerText } from '../header-text.ts'
import { UNCACHED } from '../headers.ts'
import { clientAddress } from '../request.ts'
import { isCrawler } from '../user-agent.ts'
import { readFields } from './click-fields.ts'
import { checkReferrer } from './referrer.ts'

/** The parts that handle clicks. */
export interface ClicksInit {
  renderer: Pick<Renderer, 'manifests'>
  events: WidgetEvents
  newRooms: NewRooms
  viewers: Pick<Viewers, 'keyOf'>
  /** Hosts whose pages may show pictures, so that their readers may click; empty allows all. */
  allowReferrer: readonly string[]
}

/** Clicks that one address may make in `CLICK_WINDOW` milliseconds. */
const MAX_CLICKS = 60
const CLICK_WINDOW = 10_000
const MAX_FORM_BYTES = 4096
/** Headers in which browsers say that they only look ahead. */
const PURPOSES = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose']
/** No page lays a picture out larger than a browser can scroll. */
const MAX_COORDINATE = 1e6

/**
 * `GET` and `POST /<widget>/<key>/click?x,y` and `/<widget>/<key>/click/<action>`: links, forms, `ismap` and
 * `<input type="image">`. The response is 204: the page stays, and in a hidden frame its streams live on.
 */
export function createClicks({ renderer, events, newRooms, viewers, allowReferrer }: ClicksInit): Router {
  const clicks = Router()
  const limit = rateLimit({
    limit: MAX_CLICKS,
    windowMs: CLICK_WINDOW,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => addressGroup(clientAddress(request)),
    // It would warn about a proxy that is not trusted; `ForwardingCheck` does so for the whole server.
    validate: false,
    handler: () => {
      throw new PublicError({
        code: 'too-many-clicks',
        status: 429,
        caption: 'too many clicks, wait a little',
      })
    },
  })
  const form = express.urlencoded({ extended: false, limit: MAX_FORM_BYTES })
  clicks.all(
    ['/:widget/:key/click', '/:widget/:key/click/:action'],
    limit,
    form,
    async (request: Request, response: ServerResponse) => {
      checkClickMethod(request.method)
      checkReferrer(request.headers, allowReferrer)
      const { widget = '', key = '', action = '' } = request.params as Record<string, string | undefined>
      if (action !== '') checkKey(action)
      const manifest = renderer.manifests.get(widget)
      if (!manifest?.handles.click) throw notClickable(widget, key)
      checkKey(key, manifest.key)
      // A browser or a program that only looks ahead must not click for its reader.
      if (isLookingAhead(request.headers)) return void response.writeHead(204, UNCACHED).end()
      const visitor = visitorOf(roomOf({ widget, key }), toArrival(request, viewers).viewerKey)
      const fields = readFields(manifest.fields, request)
      const click: Click = { ...readPoint(request), action, visitor, fields }
      const look = parseLook(manifest, 'png', new URLSearchParams())
      if (!manifest.stateless) await newRooms.check([roomOf({ widget, key })], clientAddress(request))
      await events.deliver({ widget, key, look }, { type: 'click', click })
      response.writeHead(204, UNCACHED).end()
    },
  )
  return clicks
}

/**
 * The point of a click: `?x,y` of an `ismap` (appended to the query of the link, so the last one counts), or `name.x` and
 * `name.y` of an image input; both undefined for a link.
 * @throws PublicError 400 if they are not coordinates.
 */
export function readPoint({ url = '', body }: Pick<Request, 'url' | 'body'>): Pick<Click, 'x' | 'y'> {
  const split = url.indexOf('?')
  const search = split < 0 ? '' : url.slice(split + 1)
  const point = /(?:^|[?&])(-?\d+)(?:,|%2c)(-?\d+)$/i.exec(search)
  if (point) return checkPoint(point[1], point[2])
  const fields = [...new URLSearchParams(search), ...Object.entries((body ?? {}) as Record<string, unknown>)]
  const [x, y] = ['x', 'y'].map(
    (axis) => fields.findLast(([name]) => name === axis || name.endsWith(`.${axis}`))?.[1],
  )
  return x === undefined && y === undefined ? { x: undefined, y: undefined } : checkPoint(x, y)
}

/** Names a reader in one room: a viewer key is a keyed hash already, but the same one in every room. */
function visitorOf(room: string, viewerKey: string): string {
  return createHash('sha256').update(`${room}\n${viewerKey}`).digest('base64url').slice(0, 22)
}

function isLookingAhead(headers: IncomingHttpHeaders): boolean {
  const isStated = PURPOSES.some((name) =>
    /prefetch|preview|prerender/i.test(String(headers[name]).slice(0, 100)),
  )
  return isStated || isCrawler(headerText(headers, 'user-agent'))
}

function checkPoint(x: unknown, y: unknown): { x: number; y: number } {
  const [across, down] = [x, y].map((value) => (/^-?\d+$/.test(String(value)) ? Number(value) : Number.NaN))
  if (isCoordinate(across) && isCoordinate(down)) return { x: across, y: down }
  const detail = `expected two whole numbers like ?12,34, got ${quote(x)} and ${quote(y)}`
  const faults = [{ name: 'x,y', detail }]
  throw new PublicError({
    code: 'bad-parameter',
    status: 400,
    caption: 'expected two whole numbers like ?12,34',
    detail,
    faults,
  })
}

function isCoordinate(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) <= MAX_COORDINATE
}

function checkClickMethod(method: string): void {
  if (method === 'GET' || method === 'POST') return
  throw new PublicError({
    code: 'method-not-allowed',
    status: 405,
    caption: `expected GET or POST, got ${method}`,
    headers: { Allow: 'GET, POST' },
  })
}

function notClickable(widget: string, key: string): PublicError {
  const caption = `${roomOf({ widget, key })} takes no clicks`
  return new PublicError({ code: 'not-found', status: 404, caption })
}
