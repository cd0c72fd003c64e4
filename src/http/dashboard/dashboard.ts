import { STATUS_CODES } from 'node:http'
import { type Request, type Response, Router } from 'express'
import type { Rooms } from '../../cluster/rooms.ts'
import { isStoreUnavailable, notFound, toSentence } from '../../errors.ts'
import type { Renderer } from '../../render/renderer.ts'
import type { Load } from '../../schema/load-schema.ts'
import type { RoomViewers } from '../../viewer/viewers.ts'
import { EXAMPLE_KEY } from '../../widget/example-room.ts'
import { defaultLength } from '../../widget/manifest.ts'
import { widgetOf } from '../../widget/role.ts'
import { pathOfRoom } from '../../widget/room.ts'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { createErrorHandler } from '../error-handler.ts'
import type { FailureLog } from '../failure-log.ts'
import { PRIVATE_PAGE } from '../headers.ts'
import { refuseOthers } from '../methods.ts'
import type { CameraMeter } from '../metrics/camera-meter.ts'
import { type Site, siteOf, toSite } from '../page/site.ts'
import { snippets } from '../page/snippets.ts'
import { Views } from '../page/views.ts'
import { searchOf } from '../request.ts'
import { findRoom } from '../room-param.ts'
import { sendWhole } from '../send.ts'
import { EVENTS_PATH, type Sessions } from '../sessions.ts'
import type { TokenGuard } from '../token-guard.ts'
import { toCameraFacts } from './camera-facts.ts'
import { DashboardPictures } from './dashboard-pictures.ts'
import { figures } from './figures.ts'
import { toListPage } from './list-page.ts'
import { toLoadFacts } from './load-facts.ts'
import { toRoomPage } from './room-page.ts'
import { createSigning } from './signing.ts'

/** The parts that the dashboard works with. */
export interface DashboardInit {
  rooms: Rooms
  renderer: Renderer
  guard: TokenGuard
  sessions: Sessions
  failures: FailureLog
  /** The public address. @default that of each request */
  publicUrl: string | undefined
  /** Returns the viewers of a room on this server. */
  streamsOf(room: string): RoomViewers
  loadNow(): Load
  cameras: Pick<CameraMeter, 'list'>
}

/** The dashboard's path below the router. */
export const DASHBOARD = SERVER_PATHS.dashboard
/** The reason for the form, for a reader who is signed in. */
const UNREACHED =
  'The store cannot be reached, and with it the list of ended sessions. Sign in again to see this server.'
/** The path of the API that scripts of the dashboard's origin can read without the token. */
const EVENTS = SERVER_PATHS.api + EVENTS_PATH

/** The pages that list rooms and their viewers, for readers with the token. */
export function createDashboard({
  rooms,
  renderer,
  guard,
  sessions,
  failures,
  publicUrl,
  streamsOf,
  loadNow,
  cameras,
}: DashboardInit): Router {
  const router = Router()
  const views = new Views()
  const signedIn = new WeakSet<Request>()
  const known = toSite(publicUrl)
  const pictures = new DashboardPictures(renderer.roles)
  const homeOf = (request: Request) => siteFor(request, known).base + DASHBOARD
  const send = (
    request: Request,
    response: Response,
    status: number,
    page: string,
    facts = {},
    extra = {},
  ) => {
    const site = siteFor(request, known)
    const home = homeOf(request)
    const now = `${new Date().toISOString().slice(11, 19)} UTC`
    const isSignedIn = status !== 401 && signedIn.has(request)
    const body = views.page(page, { site, home, now, isSignedIn, figures, ...facts })
    sendWhole(request, response, status, { ...PRIVATE_PAGE, ...extra }, 'text/html; charset=utf-8', body)
  }
  const showForm = (request: Request, response: Response, fault?: string) => {
    // Browsers do not send the cookie when a link on another site is followed: a signed-in reader continues by a link on our page.
    const isFromElsewhere = fault === undefined && request.headers['sec-fetch-site'] === 'cross-site'
    const to = typeof request.body?.to === 'string' ? request.body.to : pathBelow(request)
    send(request, response, 401, 'dashboard-form', { fault, to, isFromElsewhere })
  }

  router.use(async (request, response, next) => {
    try {
      if (await sessions.has(request)) signedIn.add(request)
    } catch (error) {
      // Whether the session was revoked is in the store. A new one needs only the token.
      if (!isStoreUnavailable(error)) throw error
      if (request.method === 'GET') return showForm(request, response, UNREACHED)
    }
    next()
  })
  const cookiePathsOf = (request: Request) => {
    const { base } = siteFor(request, known)
    return [base + DASHBOARD, base + EVENTS]
  }
  router.use(createSigning({ ...{ sessions, guard, failures, publicUrl, showForm, homeOf }, cookiePathsOf }))
  router.use((request, response, next) => (signedIn.has(request) ? next() : showForm(request, response)))
  router
    .route('/')
    .get(async (request, response) => {
      const site = siteFor(request, known)
      const place = { base: site.base, home: homeOf(request), pictures }
      const list = await toListPage(rooms, searchOf(request), place)
      send(request, response, 200, 'dashboard-list', {
        list,
        load: toLoadFacts(loadNow()),
        cameras: toCameraFacts(cameras.list(), {
          base: site.base,
          widget: widgetOf(renderer.roles, 'camera-frames'),
        }),
        snippet: exampleSnippet(renderer, site),
      })
    })
    .all(refuseOthers('GET'))
  router
    .route('/:widget/:key')
    .get(async (request, response) => {
      const summary = await findRoom(renderer, rooms, request.params)
      const { base } = siteFor(request, known)
      const manifest = renderer.manifests.get(summary.widget)
      const facts = toRoomPage(summary, streamsOf(summary.room), manifest, { base, pictures })
      send(request, response, 200, 'dashboard-room', facts)
    })
    .all(refuseOthers('GET'))
  router.use(() => {
    throw notFound('there is nothing here')
  })
  router.use(
    createErrorHandler(failures, (request, response, { status, message, headers }) => {
      const facts = { status, title: STATUS_CODES[status] ?? 'Error', detail: toSentence(message) }
      send(request, response, status, 'dashboard-error', { error: facts }, headers)
    }),
  )
  return router
}

/** A picture to paste, for a reader who has none yet. */
function exampleSnippet({ manifests, roles }: Renderer, { url }: Site): string | undefined {
  const manifest = manifests.get(widgetOf(roles, 'viewer-count'))
  if (!manifest) return undefined
  const { name, title, size } = manifest
  return snippets({
    url: `${url}${pathOfRoom({ widget: name, key: EXAMPLE_KEY })}.png`,
    width: defaultLength(size.width),
    height: defaultLength(size.height),
    alt: title,
  }).html
}

function siteFor(request: Request, known: Site | undefined): Site {
  return known ?? siteOf(request, DASHBOARD)
}

/** The requested URL relative to the dashboard. */
function pathBelow({ method, url }: Request): string {
  return method === 'GET' && url !== '/' ? url.replace(/^\/(?=\?)/, '') : ''
}
