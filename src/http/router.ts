import { join } from 'node:path'
import { type RequestHandler, Router } from 'express'
import { stopping } from '../errors.ts'
import { fontFolder } from '../picture/fonts.ts'
import { isReservedName, SERVER_PATHS } from '../widget/server-paths.ts'
import { type CompatCameras, readCompat, toUstreamerState } from './compat.ts'
import { refuseWrongEdge } from './edge-viewer.ts'
import { createErrorHandler } from './error-handler.ts'
import type { FailureLog } from './failure-log.ts'
import { isLongUrl, refuseLargeHead, uriTooLong } from './head-limits.ts'
import { createAssetFiles } from './page/asset-files.ts'
import type { Pages } from './page/pages.ts'
import { publicFolder } from './page/views.ts'
import { sendCallError } from './picture/click-refusal.ts'
import type { Pictures } from './picture/pictures.ts'
import { allowPreflights } from './preflight.ts'
import { sendJson } from './send.ts'
import { sendProblem } from './send-error.ts'
import type { TokenGuard } from './token-guard.ts'

/** The parts that the router dispatches to. */
export interface RouterInit {
  pictures: Pictures
  pages: Pages
  /** Mounted at `/api`. */
  api: Router
  /** Routes whose errors are problem documents: health, metrics, clicks. */
  calls: readonly Router[]
  /** Mounted at `/dashboard`. */
  dashboard: Router
  failures: FailureLog
  /** Whether the server is not stopping. */
  isReady(): boolean
  /** Knows the token, which edges have. */
  guard: Pick<TokenGuard, 'accepts' | 'refuse'>
  /** Cameras that have the paths of mjpg-streamer too. @default none */
  compat?: CompatCameras | undefined
}

/** Seconds that browsers keep fonts, and other files of the pages. */
const FONTS_KEPT = 30 * 86_400
const ASSETS_KEPT = 3_600

/** Paths whose methods other pages may not call by the rule of pictures: the API has its own, the dashboard allows none. */
const OWN_METHODS = [SERVER_PATHS.api, SERVER_PATHS.dashboard]

/** The setting of an app that serves nothing but Imgcast, so that every path is the router's. */
export const OWN_APP = 'imgcast own app'

/** All routes, for any Express 4 or 5 app. Calls `next` only for a path that is none of its own, mounted at the root. */
export function createRouter(init: RouterInit): Router {
  const { pictures, pages, api, calls, dashboard, failures, isReady, guard, compat } = init
  const router = Router()
  // Before everything else: another program's path becomes one of this server's.
  router.use((request, response, next) => {
    const found = compat && readCompat(request.url, compat.cameras)
    if (found?.kind === 'state' && compat)
      return sendJson(request, response, 200, toUstreamerState(compat, found.key))
    if (found?.kind === 'picture') request.url = found.url
    next()
  })
  // Mounted at the root of a host app, the other paths are that app's.
  router.use((request, _response, next) => {
    if (request.baseUrl !== '' || request.app.get(OWN_APP) || pictures.isOwn(request.url)) next()
    else next('router')
  })
  router.use((request, response, next) => {
    if (!refuseLargeHead(request, response, (error) => failures.note(request, error))) next()
  })
  router.use((request, response, next) => {
    if (!refuseWrongEdge(request, response, guard, (error) => failures.note(request, error))) next()
  })
  const preflights = allowPreflights(['GET', 'HEAD', 'POST'])
  router.use((request, response, next) =>
    request.method !== 'OPTIONS' || OWN_METHODS.some((path) => isWithin(request.path, path))
      ? next()
      : preflights(request, response, next),
  )
  // First, because nearly every request is for a picture, above all when a crowd arrives.
  router.use((request, response, next) =>
    pictures.isFor(request.url) ? pictures.handle(request, response) : next(),
  )
  router.use((request, response, next) => {
    if (!isLongUrl(request)) return next()
    if (!isReservedName(request.url.split(/[/?]/, 2)[1] ?? '')) return void pictures.handle(request, response)
    const error = uriTooLong(request)
    failures.note(request, error)
    sendProblem(request, response, error)
  })
  const data = Router()
  // Pictures say this themselves, and health is that of the process.
  const refuseIfStopping: RequestHandler = (_request, _response, next) =>
    next(isReady() ? undefined : stopping())
  const { api: apiPath, metrics, oembed, 'live-img': liveImg } = SERVER_PATHS
  data.use(
    [apiPath, metrics, oembed, `${liveImg}.js`, '/:widget/:key/click', '/:widget/click'],
    refuseIfStopping,
  )
  data.use(SERVER_PATHS.api, api)
  for (const call of calls) data.use(call)
  data.use(createErrorHandler(failures, sendCallError(pages)))
  router.use(data)
  router.use(refuseIfStopping)
  router.use(SERVER_PATHS.dashboard, dashboard)
  router.use(`${SERVER_PATHS.assets}/fonts`, createAssetFiles(fontFolder(), FONTS_KEPT))
  router.use(SERVER_PATHS.assets, createAssetFiles(join(publicFolder(), 'assets'), ASSETS_KEPT))
  router.get('/', (request, response) => pages.gallery(request, response))
  router.use((request, response) => pictures.handle(request, response))
  router.use(
    createErrorHandler(failures, (request, response, error) => pages.error(request, response, error)),
  )
  return router
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
