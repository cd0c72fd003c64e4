import type { ServerResponse } from 'node:http'
import express, { type Request, Router } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { Presence } from '../../cluster/presence.ts'
import { PublicError, quote } from '../../errors.ts'
import type { Renderer } from '../../render/renderer.ts'
import { checkKey } from '../../widget/key.ts'
import { parseLook } from '../../widget/look.ts'
import { roomOf } from '../../widget/room.ts'
import type { Click } from '../../widget/widget.ts'
import { UNCACHED } from '../headers.ts'
import { clientAddress } from '../request.ts'
import { checkReferrer } from './referrer.ts'

/** What answering for clicks takes. */
export interface ClicksInit {
  renderer: Renderer
  presence: Presence
  /** Hosts whose pages may show pictures, and so whose readers may click; none allows all. */
  allowReferrer: readonly string[]
}

/** Clicks of one address in so many milliseconds; more are refused. */
const MOST_CLICKS = 60
const CLICK_WINDOW = 10_000
const LARGEST_FORM_BYTES = 4096
/** The picture as a page lays it out is no larger than a browser's window can scroll. */
const LARGEST_COORDINATE = 1e6

/**
 * Answers `/<widget>/<key>/click?x,y` and `/<widget>/<key>/click/<action>`, GET or POST: links, forms, `ismap` and
 * `<input type="image">`. 204 each time: a page stays where it is, and in a hidden frame so do its pictures.
 */
export function createClicks({ renderer, presence, allowReferrer }: ClicksInit): Router {
  const clicks = Router()
  const limit = rateLimit({
    limit: MOST_CLICKS,
    windowMs: CLICK_WINDOW,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => ipKeyGenerator(clientAddress(request)),
    // What it would warn of, an address behind a proxy that is not trusted, this server says itself.
    validate: false,
    handler: () => {
      throw new PublicError({
        code: 'too-many-clicks',
        status: 429,
        caption: 'too many clicks, wait a little',
      })
    },
  })
  const form = express.urlencoded({ extended: false, limit: LARGEST_FORM_BYTES })
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
      if (!manifest?.hears.click) throw notClickable(widget, key)
      checkKey(key, manifest.key)
      const click = { ...readPoint(request), action }
      const look = parseLook(manifest, 'png', new URLSearchParams())
      const counts = await presence.counts(roomOf({ widget, key }))
      await renderer.sendEvent({
        widget,
        key,
        look,
        ...counts,
        time: Date.now(),
        event: { type: 'click', click },
      })
      response.writeHead(204, UNCACHED).end()
    },
  )
  return clicks
}

/**
 * Where it was clicked: `?x,y` of an `ismap` (appended to whatever query the link had, so the last counts), or
 * `name.x` and `name.y` of an image input; neither for a link.
 * @throws PublicError 400 for what is no point.
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

function checkPoint(x: unknown, y: unknown): { x: number; y: number } {
  const [across, down] = [x, y].map((value) => (/^-?\d+$/.test(String(value)) ? Number(value) : Number.NaN))
  if (isCoordinate(across) && isCoordinate(down)) return { x: across, y: down }
  const detail = `expected two whole numbers like ?12,34, got ${quote(x)} and ${quote(y)}`
  const faults = [{ name: 'x,y', detail }]
  throw new PublicError({ code: 'bad-parameter', status: 400, caption: detail, faults })
}

function isCoordinate(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) <= LARGEST_COORDINATE
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
  const caption = `there is no ${widget}/${key} to be clicked`
  return new PublicError({ code: 'not-found', status: 404, caption })
}
