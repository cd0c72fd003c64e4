import { join } from 'node:path'
import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import { toPublicError } from '../errors.ts'
import { type ApiInit, createApi } from './api/api.ts'
import { type ClicksInit, createClicks } from './clicks.ts'
import { createDashboard, DASHBOARD, type DashboardInit } from './dashboard/dashboard.ts'
import type { ForwardingCheck } from './forwarding-check.ts'
import { createMetricsRoute, type MetricsRouteInit } from './metrics-route.ts'
import type { Pages } from './pages.ts'
import { isPictureUrl } from './picture-path.ts'
import type { Pictures } from './pictures.ts'
import { sendJson } from './send.ts'
import { publicFolder } from './views.ts'

/** What the router hands requests to. */
export interface RouterInit extends ApiInit, ClicksInit, DashboardInit, MetricsRouteInit {
  pictures: Pictures
  pages: Pages
  forwarding: ForwardingCheck
  /** Whether the server takes new viewers. */
  isReady(): boolean
}

/** All routes, for any Express 4 or 5 app. */
export function createRouter(init: RouterInit): Router {
  const router = Router()
  const answerPicture = (request: Request, response: Response) => {
    init.forwarding.check(request)
    return init.pictures.handle(request, response)
  }
  // Nearly every request, and each of a crowd that comes at once: it is not held against all other routes first.
  router.use((request, response, next) =>
    isPictureUrl(request.url) ? answerPicture(request, response) : next(),
  )
  const health: RequestHandler = (request, response) => {
    const ready = request.path === '/healthz' || init.isReady()
    sendJson(request, response, ready ? 200 : 503, { status: ready ? 'ok' : 'stopping' })
  }
  router.get(['/healthz', '/readyz'], health)
  router.use('/api', createApi(init))
  router.use(createMetricsRoute(init))
  router.use(DASHBOARD, createDashboard(init))
  router.use('/assets', express.static(join(publicFolder(), 'assets'), { index: false, maxAge: '1h' }))
  router.get('/', (request, response) => init.pages.gallery(request, response))
  router.use(createClicks(init))
  router.use(answerPicture)
  // Express knows an error handler by its four parameters.
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (response.headersSent) response.destroy()
    else init.pages.error(request, response, toPublicError(error))
  })
  return router
}
