import { type NextFunction, type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { RoomEvents } from '../../channel/room-events.ts'
import type { History } from '../../cluster/history.ts'
import type { Rooms } from '../../cluster/rooms.ts'
import type { Store } from '../../cluster/store.ts'
import { PublicError, toPublicError } from '../../errors.ts'
import type { CountedSocket } from '../audit.ts'
import type { Hooks } from '../hooks/hooks.ts'
import type { Polls } from '../polls/polls.ts'
import { sendProblem } from '../send-error.ts'
import { createAuditApi } from './audit-api.ts'
import { createEventsApi } from './events-api.ts'
import { createHistoryApi } from './history-api.ts'
import { createHooksApi } from './hooks-api.ts'
import { createOpenApi } from './openapi/openapi-api.ts'
import { createRoomsApi } from './rooms-api.ts'
import { createStateApi } from './state-api.ts'
import { createStatusApi } from './status-api.ts'
import { checkToken } from './token.ts'

/** What the API works on. */
export interface ApiInit {
  store: Store
  rooms: Rooms
  history: History
  events: RoomEvents
  polls: Polls
  hooks: Hooks
  token: string
  log: Logger
  /** The sockets of all counted streams. */
  sockets(): CountedSocket[]
}

/**
 * The HTTP API under `/api`: JSON in, JSON or problem documents out. All of it is behind the token, but for its own
 * description.
 */
export function createApi({
  store,
  rooms,
  history,
  events,
  polls,
  hooks,
  token,
  log,
  sockets,
}: ApiInit): Router {
  const api = Router()
  api.use(createOpenApi())
  api.use((request, _response, next) => {
    checkToken(request, token)
    next()
  })
  api.use(
    createRoomsApi(rooms),
    createHistoryApi(history),
    createStateApi(store),
    createEventsApi(events),
    createStatusApi(store, polls),
    createHooksApi(hooks),
    createAuditApi(sockets),
  )
  api.use(() => {
    throw new PublicError({ code: 'not-found', status: 404, caption: 'no such call' })
  })
  // Express knows an error handler by its four parameters.
  api.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const told = fromExpress(error) ?? toPublicError(error)
    if (told.status >= 500) log.error({ call: `${request.method} ${request.path}`, error }, 'a call failed')
    if (response.headersSent) response.destroy()
    else sendProblem(request, response, told)
  })
  return api
}

/** Express says by errors of its own what is wrong with a body or a path. */
function fromExpress(error: unknown): PublicError | undefined {
  const { status, message } = error as { status?: number; message: string }
  if (error instanceof PublicError || status === undefined || status >= 500) return undefined
  return new PublicError({ code: 'bad-request', status, caption: 'not understood', detail: message })
}
