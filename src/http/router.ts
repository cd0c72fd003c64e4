import { join } from 'node:path'
import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import { type ApiInit, createApi } from './api/api.ts'
import { createDashboard, DASHBOARD, type DashboardInit } from './dashboard/dashboard.ts'
import { createErrorHandler } from './error-handler.ts'
import type { ForwardingCheck } from './forwarding-check.ts'
import { createHealthRoute } from './health-route.ts'
import { createMetricsRoute, type MetricsRouteInit } from './metrics/metrics-route.ts'
import type { Pages } from './page/pages.ts'
import { publicFolder } from './page/views.ts'
import { type ClicksInit, createClicks } from './picture/clicks.ts'
import type { Pictures } from './picture/pictures.ts'
import { isPictureUrl } from './picture-path.ts'

/** What the router hands requests to. */
export interface RouterInit extends ApiInit, ClicksInit, DashboardInit, MetricsRouteInit {
  pictures: Pictures
  pages: Pages
  forwarding: ForwardingCheck
  /** Whether the server takes new viewers. */
  isReady(): boolean
  log: Logger
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
  const calls = Router()
  calls.use('/api', createApi(init))
  calls.use(createHealthRoute(init.isReady), createMetricsRoute(init), createClicks(init))
  calls.use(createErrorHandler(init.log))
  router.use(calls)
  router.use(DASHBOARD, createDashboard(init))
  router.use('/assets', express.static(join(publicFolder(), 'assets'), { index: false, maxAge: '1h' }))
  router.get('/', (request, response) => init.pages.gallery(request, response))
  router.use(answerPicture)
  router.use(
    createErrorHandler(init.log, (request, response, error) => init.pages.error(request, response, error)),
  )
  return router
}
