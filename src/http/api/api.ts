import { type Request, Router } from 'express'
import type { Logger } from 'pino'
import type { Cameras } from '../../camera/cameras.ts'
import type { RoomEvents } from '../../channel/room-events.ts'
import { clusterTime } from '../../cluster/cluster-time.ts'
import type { History } from '../../cluster/history.ts'
import type { Hits } from '../../cluster/hits.ts'
import type { Rooms } from '../../cluster/rooms.ts'
import type { Store } from '../../cluster/store.ts'
import { PublicError } from '../../errors.ts'
import type { Hooks } from '../../hooks/hooks.ts'
import type { PushedPictures } from '../../pushed/pushed-pictures.ts'
import type { Renderer } from '../../render/renderer.ts'
import type { Load } from '../../schema/load-schema.ts'
import type { SeriesList } from '../../series/series-list.ts'
import type { Polls } from '../../status/polls.ts'
import type { Statuses } from '../../status/statuses.ts'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { createAuditApi } from '../audit/audit-api.ts'
import type { NodeAudits } from '../audit/node-audits.ts'
import type { CameraMeter } from '../metrics/camera-meter.ts'
import { siteOf, toSite } from '../page/site.ts'
import { allowPreflights } from '../preflight.ts'
import { EVENTS_PATH, type Sessions } from '../sessions.ts'
import type { TokenGuard } from '../token-guard.ts'
import { createBackupApi } from './backup-api.ts'
import { createCamerasApi } from './cameras-api.ts'
import { createEventsApi } from './events-api.ts'
import { createHistoryApi } from './history-api.ts'
import { createHitsApi } from './hits-api.ts'
import { createHooksApi } from './hooks-api.ts'
import { createLoadApi } from './load-api.ts'
import { createOpenApi } from './openapi/openapi-api.ts'
import { createPicturesApi } from './pictures-api.ts'
import { createRoomsApi } from './rooms-api.ts'
import { createSeriesApi } from './series-api.ts'
import { createStateApi } from './state-api.ts'
import { createStatusApi } from './status-api.ts'

/** The parts that the API works with. */
export interface ApiInit {
  renderer: Renderer
  store: Store
  rooms: Rooms
  history: History
  hits: Pick<Hits, 'set'>
  events: RoomEvents
  statuses: Statuses
  polls: Polls
  hooks: Hooks
  series: SeriesList
  seriesPolls: Polls
  cameras: Cameras
  cameraMeter: Pick<CameraMeter, 'list' | 'get'>
  pictures: PushedPictures
  /** Bytes of one pushed picture. */
  maxPictureBytes: number
  guard: TokenGuard
  sessions: Sessions
  /** The public address. @default that of each request */
  publicUrl: string | undefined
  /** Compares the counts of all servers with their kernels. */
  audits: NodeAudits
  log: Logger
  /** Writes a copy of the store to a file and returns its path. */
  backup: (() => Promise<string>) | undefined
  loadNow(): Load
}

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']

/**
 * The HTTP API under `/api`: JSON in, JSON out; errors are thrown. Everything but its own description requires the
 * token.
 */
export function createApi(init: ApiInit): Router {
  const { renderer, rooms, store, hooks, guard, sessions } = init
  const api = Router()
  const known = toSite(init.publicUrl)
  const baseOf = (request: Request) => (known ?? siteOf(request, SERVER_PATHS.api)).base
  // Before the token is checked: a browser's preflight has none.
  api.use(allowPreflights(METHODS, { all: true }))
  api.use(createOpenApi(baseOf))
  api.use(async (request, _response, next) => {
    // A browser's `EventSource` cannot send a token. Pages of other origins cannot read what a cookie opens.
    const isSignedIn = request.path === EVENTS_PATH && (await sessions.has(request))
    if (!isSignedIn) await guard.check(request)
    next()
  })
  api.use(
    createRoomsApi(renderer, rooms, baseOf, init.log),
    createHistoryApi(renderer, init.history, () => clusterTime(store)),
    createHitsApi(renderer, init.hits),
    createStateApi(renderer, store),
    createEventsApi(renderer, init.events),
    createStatusApi(init.statuses, init.polls, store),
    createCamerasApi(init.cameras, init.cameraMeter),
    createPicturesApi(init.pictures, init.maxPictureBytes),
    createSeriesApi(init.series, init.seriesPolls, store),
    createHooksApi(renderer, hooks, baseOf),
    createAuditApi(init.audits),
    createLoadApi(init.loadNow),
    createBackupApi(init.backup),
  )
  api.use(() => {
    throw new PublicError({ code: 'not-found', status: 404, caption: 'no such API call' })
  })
  return api
}
