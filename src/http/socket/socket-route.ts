import { Router } from 'express'
import { PublicError } from '../../errors.ts'
import { SERVER_PATHS } from '../../widget/server-paths.ts'

/** The only version that RFC 6455 defines. */
export const WEBSOCKET_VERSION = '13'

/** The route of requests to `/ws` that are no WebSockets. */
export function createSocketRoute(): Router {
  const router = Router()
  router.all(SERVER_PATHS.ws, () => {
    throw upgradeRequired(undefined)
  })
  return router
}

/** The error for a request that is not a WebSocket, or is one of another version. */
export function upgradeRequired(version: string | undefined): PublicError {
  return new PublicError({
    code: 'upgrade-required',
    status: 426,
    caption: `expected Sec-WebSocket-Version ${WEBSOCKET_VERSION}, got ${version ?? 'none'}`,
    headers: { 'Sec-WebSocket-Version': WEBSOCKET_VERSION, Upgrade: 'websocket', Connection: 'Upgrade' },
  })
}
