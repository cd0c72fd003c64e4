import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import express, { type Request, type RequestHandler, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { PublicError } from '../../errors.ts'
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
import { wantsImage } from '../purpose.ts'
import { clientAddress } from '../request.ts'
import { isCrawler, namesSite } from '../user-agent.ts'
import { checkForm, readFields } from './click-fields.ts'
import { pictureQuery, readPoint, readShown } from './click-point.ts'
import { type ClickPath, findClickRoom, isPictureName } from './click-room.ts'
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

/** Clicks that one viewer may make in `CLICK_WINDOW` milliseconds, and all viewers of one address. */
const MAX_CLICKS = 60
const MAX_CLICKS_OF_ADDRESS = 300
const CLICK_WINDOW = 10_000
const MAX_FORM_BYTES = 4096
/** Headers in which browsers say that they only look ahead. */
const PURPOSES = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose']

/**
 * `GET` and `POST /<widget>/<key>/click?x,y` and `/<widget>/<key>/click/<action>`: links, forms, `ismap` and
 * `<input type="image">`. The response is 204: the page stays, and in a hidden frame its streams live on.
 */
export function createClicks({ renderer, events, newRooms, viewers, allowReferrer }: ClicksInit): Router {
  const clicks = Router()
  // Hundreds of phones behind one carrier share an address, and one machine can pretend to be many viewers.
  const limits = [
    limitOf(MAX_CLICKS_OF_ADDRESS, (request) => addressGroup(clientAddress(request))),
    limitOf(MAX_CLICKS, (request) => toArrival(request, viewers).viewerKey),
  ]
  const form = express.urlencoded({ extended: false, limit: MAX_FORM_BYTES })
  clicks.all(
    ['/:widget/:key/click', '/:widget/:key/click/:action', '/:widget/click', '/:widget/click/:action'],
    leaveToPictures,
    limits,
    form,
    async (request: Request, response: ServerResponse) => {
      checkClickMethod(request.method)
      checkReferrer(request.headers, allowReferrer)
      const { action = '', ...path } = request.params as unknown as ClickPath & { action?: string }
      if (action !== '') checkKey(action)
      const room = await findClickRoom(path, renderer.manifests, newRooms)
      if (!room) throw notClickable(path)
      const { manifest, key } = room
      const widget = manifest.name
      // A browser or a program that only looks ahead must not click for its reader, and neither may a page.
      if (isLookingAhead(request) || isPartOfPage(request.headers))
        return void response.writeHead(204, UNCACHED).end()
      checkForm(manifest.fields, request)
      const visitor = visitorOf(roomOf({ widget, key }), toArrival(request, viewers).viewerKey)
      const fields = readFields(manifest.fields, request)
      const click: Click = { ...readPoint(request), action, visitor, fields }
      const query = pictureQuery(request)
      const shown = readShown(query)
      for (const name of Object.keys(fields)) query.delete(name)
      const look = parseLook(manifest, 'png', query)
      if (!manifest.stateless) await newRooms.check([roomOf({ widget, key })], clientAddress(request))
      await events.deliver({ widget, key, look }, { type: 'click', click, shown })
      response.writeHead(204, UNCACHED).end()
    },
  )
  return clicks
}

/** `/<widget>/click` is the page of a room with that name. */
const leaveToPictures: RequestHandler = ({ params: { widget = '', key } }, _response, next) =>
  key === undefined && !isPictureName(String(widget)) ? next('route') : next()

function limitOf(limit: number, keyOf: (request: Request) => string): RequestHandler {
  return rateLimit({
    limit,
    windowMs: CLICK_WINDOW,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: keyOf,
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
}

/** Names a reader in one room: a viewer key is a keyed hash already, but the same one in every room. */
function visitorOf(room: string, viewerKey: string): string {
  return createHash('sha256').update(`${room}\n${viewerKey}`).digest('base64url').slice(0, 22)
}

/** What browsers that say it load for a click: a page, a frame, or by a script. Anything else is a part of a page. */
const CLICKED = new Set(['document', 'iframe', 'frame', 'fencedframe', 'empty'])

/** Whether a page loads the address without a click, as a picture or a style: anyone may write `[img]` in a forum. */
function isPartOfPage(headers: IncomingHttpHeaders): boolean {
  const destination = String(headers['sec-fetch-dest'] ?? '')
  return destination === '' ? wantsImage(headers) : !CLICKED.has(destination)
}

function isLookingAhead({ method, headers }: Request): boolean {
  const isStated = PURPOSES.some((name) =>
    /prefetch|preview|prerender/i.test(String(headers[name]).slice(0, 100)),
  )
  const userAgent = headerText(headers, 'user-agent')
  // A link that is followed is a GET: a device that names its maker's site can click with POST.
  return isStated || isCrawler(userAgent) || (method === 'GET' && namesSite(userAgent))
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

function notClickable({ widget, key }: ClickPath): PublicError {
  const caption = `${key === undefined ? widget : roomOf({ widget, key })} takes no clicks`
  return new PublicError({ code: 'not-found', status: 404, caption })
}
