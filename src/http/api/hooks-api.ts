import { type Request, Router } from 'express'
import type * as z from 'zod'
import { PublicError } from '../../errors.ts'
import { checkHookRoom } from '../../hooks/check-hook-room.ts'
import type { Delivery } from '../../hooks/deliveries.ts'
import { type Hook, parseHook } from '../../hooks/hook.ts'
import type { Hooks } from '../../hooks/hooks.ts'
import { toIso } from '../../widget/date.ts'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import type { Manifests } from '../room-param.ts'
import { sendTaggedJson } from '../send.ts'
import type { deliveryLogSchema, hookSchema } from './schemas.ts'

type LogRow = z.infer<typeof deliveryLogSchema>['deliveries'][number]

/**
 * The calls for webhooks. The response that adds a hook is the only one with its secret.
 * @param baseOf the public path that the router is mounted on
 */
export function createHooksApi(known: Manifests, hooks: Hooks, baseOf: (request: Request) => string): Router {
  const api = Router()
  const find = (id: string): Hook => {
    const hook = hooks.get(id)
    if (hook) return hook
    throw new PublicError({ code: 'not-found', status: 404, caption: `there is no hook ${id}` })
  }
  api
    .route('/hooks')
    .get((request, response) => {
      sendTaggedJson(request, response, { hooks: hooks.list().map(toJson) })
    })
    .post(jsonBody(), async (request, response) => {
      const settings = parseHook(request.body)
      checkHookRoom(known.manifests, settings)
      const hook = await hooks.add(settings)
      response.status(201).set('Location', `${baseOf(request)}${SERVER_PATHS.api}/hooks/${hook.id}`)
      response.json({ ...toJson(hook), secret: hook.secret })
    })
    .all(refuseOthers('GET', 'POST'))
  api
    .route('/hooks/:id')
    .get((request, response) => {
      sendTaggedJson(request, response, toJson(find(request.params.id)))
    })
    .delete(async ({ params }, response) => {
      await hooks.delete(find(params.id).id)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'DELETE'))
  api
    .route('/hooks/:id/log')
    .get(async (request, response) => {
      const { id } = find(request.params.id)
      const log = await hooks.log(id)
      sendTaggedJson(request, response, { deliveries: log.map(toLogRow) })
    })
    .all(refuseOthers('GET'))
  return api
}

function toJson({
  id,
  url,
  when,
  for: duration,
  cooldown,
  created,
  hasFired,
}: Hook): z.infer<typeof hookSchema> {
  return { id, url, when, for: duration, cooldown, created: toIso(created), holds: hasFired }
}

function toLogRow({ id, state, body, attempts, next }: Delivery): LogRow {
  return {
    id,
    state,
    message: JSON.parse(body),
    attempts: attempts.map(({ at, ...rest }) => ({ at: toIso(at), ...rest })),
    next: next === null ? null : toIso(next),
  }
}
