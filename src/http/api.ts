import express, { type NextFunction, type Request, type Response, Router } from 'express'
import type { Store } from '../cluster/store.ts'
import { PublicError, toPublicError } from '../errors.ts'
import { checkKey } from '../widget/key.ts'
import { checkToken } from './api/token.ts'
import { audit, type CountedSocket } from './audit.ts'
import { sendProblem } from './send-error.ts'
import { readSocketTable } from './socket-table.ts'
import { parseStatus } from './status-schema.ts'

/** What the API works on. */
export interface ApiInit {
  store: Store
  token: string
  /** The sockets of all counted streams. */
  sockets(): CountedSocket[]
}

const LARGEST_BODY_BYTES = 65_536

/** The HTTP API under `/api`: JSON in, JSON or problem documents out, all of it behind the token. */
export function createApi({ store, token, sockets }: ApiInit): Router {
  const api = Router()
  api.use((request, _response, next) => {
    checkToken(request, token)
    next()
  })
  api
    .route('/status/:key')
    .put(
      express.json({ limit: LARGEST_BODY_BYTES, type: () => true }),
      async ({ params, body }, response) => {
        const status = parseStatus(body)
        await store.set(statusRoom(params.key), 'badge', status)
        response.json(status)
      },
    )
    .get(async ({ params }, response) => {
      const status = await store.get(statusRoom(params.key), 'badge')
      if (status === undefined) throw noStatus(params.key)
      response.json(status)
    })
    .delete(async ({ params }, response) => {
      if (!(await store.delete(statusRoom(params.key), 'badge'))) throw noStatus(params.key)
      response.status(204).end()
    })
    .all(() => {
      throw new PublicError({
        code: 'method-not-allowed',
        status: 405,
        caption: 'expected GET, HEAD, PUT or DELETE',
        headers: { Allow: 'GET, HEAD, PUT, DELETE' },
      })
    })
  api.get('/audit', async (request, response) => {
    const before = new Set(sockets().map(({ remote }) => remote))
    const rows = await readSocketTable().catch((cause: Error) => {
      throw new PublicError({ code: 'no-socket-table', status: 501, caption: cause.message, cause })
    })
    // Only what was there both before and after the table was read can be held against it.
    const counted = sockets().filter(({ remote }) => before.has(remote))
    response.json(audit(counted, request.socket.localPort ?? 0, rows))
  })
  api.use(() => {
    throw new PublicError({ code: 'not-found', status: 404, caption: 'no such call' })
  })
  // Express knows an error handler by its four parameters.
  api.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendProblem(request, response, fromExpress(error) ?? toPublicError(error))
  })
  return api
}

/** Where the `status` widget looks for its text. */
function statusRoom(key: string): string {
  checkKey(key)
  return `status/${key}`
}

/** Express says by errors of its own what is wrong with a body or a path. */
function fromExpress(error: unknown): PublicError | undefined {
  const { status, message } = error as { status?: number; message: string }
  if (error instanceof PublicError || status === undefined || status >= 500) return undefined
  return new PublicError({ code: 'bad-request', status, caption: 'not understood', detail: message })
}

function noStatus(key: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption: `no status is set for ${key}` })
}
