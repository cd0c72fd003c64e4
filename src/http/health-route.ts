import { Router } from 'express'
import { SERVER_PATHS } from '../widget/server-paths.ts'
import { takenProtocol } from './client.ts'
import { refuseOthers } from './methods.ts'
import type { PictureRequest } from './request.ts'
import { sendJson } from './send.ts'

/** Why a server should get no new viewers. */
export interface Unready {
  status: 'stopping' | 'failing'
  reason: string
}

/** Seconds after which a proxy may check again. */
const RETRY_AFTER = '5'

/**
 * `GET /healthz` and `GET /readyz`: whether the server is alive, and whether it should get new viewers. A header reports the
 * version of HTTP that the server takes its client to speak, for the doctor.
 */
export function createHealthRoute(unready: () => Unready | undefined): Router {
  const route = Router()
  route
    .route([SERVER_PATHS.healthz, SERVER_PATHS.readyz])
    .get((request, response) => {
      const fault = request.path === SERVER_PATHS.readyz ? unready() : undefined
      if (fault) sendJson(request, response, 503, fault, { headers: { 'Retry-After': RETRY_AFTER } })
      else
        sendJson(
          request,
          response,
          200,
          { status: 'ok' },
          { headers: { 'X-Client-Protocol': taken(request) } },
        )
    })
    .all(refuseOthers('GET'))
  return route
}

function taken(request: PictureRequest): string {
  const { version, isAssumed } = takenProtocol(request)
  return `${version === 2 ? 'HTTP/2' : 'HTTP/1.1'}${isAssumed ? '; assumed' : ''}`
}
