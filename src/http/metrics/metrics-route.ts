import { Router } from 'express'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { UNCACHED } from '../headers.ts'
import { refuseOthers } from '../methods.ts'
import { sendWhole } from '../send.ts'
import type { TokenGuard } from '../token-guard.ts'

/** The sources of the metrics. */
export interface MetricsRouteInit {
  guard: TokenGuard
  contentType: string
  metricsText(): Promise<string>
}

/** `GET /metrics`, behind the token of the API. */
export function createMetricsRoute({ guard, contentType, metricsText }: MetricsRouteInit): Router {
  const route = Router()
  route
    .route(SERVER_PATHS.metrics)
    .get(async (request, response) => {
      await guard.check(request)
      sendWhole(request, response, 200, UNCACHED, contentType, await metricsText())
    })
    .all(refuseOthers('GET'))
  return route
}
