import { Router } from 'express'
import { refuseOthers } from './api/methods.ts'
import { checkToken } from './api/token.ts'
import { UNCACHED } from './headers.ts'
import type { Metrics, MetricsNow } from './metrics.ts'
import { sendWhole } from './send.ts'

/** What Prometheus is answered from. */
export interface MetricsRouteInit {
  token: string
  metrics: Metrics
  metricsNow(): MetricsNow
}

/** `GET /metrics`, behind the token of the API. */
export function createMetricsRoute({ token, metrics, metricsNow }: MetricsRouteInit): Router {
  const route = Router()
  route
    .route('/metrics')
    .get(async (request, response) => {
      checkToken(request, token)
      sendWhole(request, response, 200, UNCACHED, metrics.contentType, await metrics.text(metricsNow()))
    })
    .all(refuseOthers('GET'))
  return route
}
