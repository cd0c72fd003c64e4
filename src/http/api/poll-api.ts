import { Router } from 'express'
import { notFound } from '../../errors.ts'
import type { Poll } from '../../status/poll.ts'
import type { Polls } from '../../status/polls.ts'
import { checkKey } from '../../widget/key.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { sendTaggedJson } from '../send.ts'

/**
 * The calls for the polls of statuses, or of series.
 * @param path of the keys, such as `/status`
 * @param parse reads a request's body
 */
export function createPollApi(path: string, polls: Polls, parse: (body: unknown) => Poll): Router {
  const api = Router()
  api
    .route(`${path}/:key/poll`)
    .put(jsonBody(), async ({ params: { key = '' }, body }, response) => {
      checkKey(key)
      response.json(await polls.set(key, parse(body)))
    })
    .get(async (request, response) => {
      const { key = '' } = request.params
      checkKey(key)
      const poll = await polls.get(key)
      if (!poll) throw noPoll(key)
      sendTaggedJson(request, response, poll)
    })
    .delete(async ({ params: { key = '' } }, response) => {
      checkKey(key)
      if (!(await polls.delete(key))) throw noPoll(key)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  return api
}

function noPoll(key: string) {
  return notFound(`there is no poll for ${key}`)
}
