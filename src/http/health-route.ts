import { Router } from 'express'
import { SERVER_PATHS } from '../widget/server-paths.ts'
import { refuseOthers } from './methods.ts'
import { sendJson } from './send.ts'

/** `GET /healthz` and `GET /readyz`: whether the server is alive, and whether it is to be sent new viewers. */
export function createHealthRoute(isReady: () => boolean): Router {
  const route = Router()
  route
    .route([SERVER_PATHS.healthz, SERVER_PATHS.readyz])
    .get((request, response) => {
      const isWell = request.path === SERVER_PATHS.healthz || isReady()
      sendJson(request, response, isWell ? 200 : 503, { status: isWell ? 'ok' : 'stopping' })
    })
    .all(refuseOthers('GET'))
  return route
}
