import { Router } from 'express'
import type { Store } from '../../cluster/store.ts'
import { PublicError } from '../../errors.ts'
import { parsePoll } from '../../status/poll.ts'
import type { Polls } from '../../status/polls.ts'
import { statusRoom } from '../../status/status-room.ts'
import { BADGE, parseStatus } from '../../status/status-schema.ts'
import { checkKey } from '../../widget/key.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { sendTaggedJson } from '../send.ts'

/** The calls for live badges and their polls. */
export function createStatusApi(store: Store, polls: Polls): Router {
  const api = Router()
  api
    .route('/status/:key')
    .put(jsonBody(), async ({ params, body }, response) => {
      const room = readStatusRoom(params.key)
      const status = parseStatus(body)
      await store.set(room, BADGE, status, { durable: true })
      response.json(status)
    })
    .get(async (request, response) => {
      const { key } = request.params
      const status = await store.get(readStatusRoom(key), BADGE)
      if (status === undefined) throw noStatus(key)
      sendTaggedJson(request, response, status)
    })
    .delete(async ({ params }, response) => {
      const room = readStatusRoom(params.key)
      // Otherwise the poll would set the badge again.
      const wasPolled = await polls.delete(params.key)
      if (!(await store.delete(room, BADGE, { durable: true })) && !wasPolled) throw noStatus(params.key)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  api
    .route('/status/:key/poll')
    .put(jsonBody(), async ({ params, body }, response) => {
      checkKey(params.key)
      response.json(await polls.set(params.key, parsePoll(body)))
    })
    .get(async (request, response) => {
      const { key } = request.params
      checkKey(key)
      const poll = await polls.get(key)
      if (!poll) throw noPoll(key)
      sendTaggedJson(request, response, poll)
    })
    .delete(async ({ params }, response) => {
      checkKey(params.key)
      if (!(await polls.delete(params.key))) throw noPoll(params.key)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  api
    .route('/status')
    .get(async (request, response) => {
      sendTaggedJson(request, response, { statuses: await polls.list() })
    })
    .all(refuseOthers('GET'))
  return api
}

/** The room of a status that a request names. @throws PublicError 400. */
function readStatusRoom(key: string): string {
  checkKey(key)
  return statusRoom(key)
}

function noStatus(key: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption: `there is no status ${key}` })
}

function noPoll(key: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption: `there is no poll for ${key}` })
}
