import { Router } from 'express'
import type { Store } from '../../cluster/store.ts'
import { PublicError } from '../../errors.ts'
import { parsePoll } from '../../status/poll.ts'
import type { Polls } from '../../status/polls.ts'
import { listStatuses } from '../../status/status-polls.ts'
import { parseStatus } from '../../status/status-schema.ts'
import type { Statuses } from '../../status/statuses.ts'
import { checkKey } from '../../widget/key.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { sendTaggedJson } from '../send.ts'
import { createPollApi } from './poll-api.ts'

/** The calls for live badges and their polls. */
export function createStatusApi(statuses: Statuses, polls: Polls, store: Pick<Store, 'list'>): Router {
  const api = Router()
  api
    .route('/status/:key')
    .put(jsonBody(), async ({ params: { key }, query, body }, response) => {
      checkKey(key)
      const status = parseStatus(withLifetime(body, query))
      await statuses.set(key, status, { durable: true })
      response.json(status)
    })
    .get(async (request, response) => {
      const { key } = request.params
      checkKey(key)
      const status = await statuses.get(key)
      if (status === undefined) throw noStatus(key)
      sendTaggedJson(request, response, status)
    })
    .delete(async ({ params }, response) => {
      checkKey(params.key)
      // Otherwise the poll would set the badge again.
      const wasPolled = await polls.delete(params.key)
      if (!(await statuses.delete(params.key)) && !wasPolled) throw noStatus(params.key)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  api.use(createPollApi('/status', polls, parsePoll))
  api
    .route('/status')
    .get(async (request, response) => {
      sendTaggedJson(request, response, { statuses: await listStatuses(store, statuses, polls) })
    })
    .all(refuseOthers('GET'))
  return api
}

/** Adds `ttl` and `grace` of the query, unless the body has its own. */
function withLifetime(body: unknown, { ttl, grace }: Readonly<Record<string, unknown>>): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return { ...(ttl !== undefined && { ttl }), ...(grace !== undefined && { grace }), ...body }
}

function noStatus(key: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption: `there is no status ${key}` })
}
