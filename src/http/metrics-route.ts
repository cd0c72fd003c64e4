import { type NextFunction, type Request, type Response, Router } from 'express'
import { toPublicError } from '../errors.ts'
import { checkToken } from './api/token.ts'
import { UNCACHED } from './headers.ts'
import type { Metrics, MetricsNow } from './metrics.ts'
import { sendWhole } from './send.ts'
import { sendProblem } from './send-error.ts'

/** What Prometheus is answered from. */
export interface MetricsRouteInit {
  token: string
  metrics: Metrics
  metricsNow(): MetricsNow
}

/** `GET /metrics`, behind the token of the API. */
export function createMetricsRoute({ token, metrics, metricsNow }: MetricsRouteInit): Router {
  const route = Router()
  route.get('/metrics', async (request, response) => {
    checkToken(request, token)
    sendWhole(request, response, 200, UNCACHED, metrics.contentType, await metrics.text(metricsNow()))
  })
  // Express knows an error handler by its four parameters.
  route.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendProblem(request, response, toPublicError(error))
  })
  return route
}
