import { Router } from 'express'
import type { Store } from '../../cluster/store.ts'
import { badRequest, PublicError } from '../../errors.ts'
import { checkStateName, isServerName } from '../../widget/state-name.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { sendTaggedJson } from '../send.ts'

interface Place {
  room: string
  name: string
}

/** The calls for rooms' state: any JSON, by name; names that begin with `$` are read-only. */
export function createStateApi(known: Manifests, store: Store): Router {
  const api = Router()
  api
    .route('/rooms/:widget/:key/state/:name')
    .get(async (request, response) => {
      const { room, name } = readPlace(known, request.params)
      const value = await store.get(room, name)
      if (value === undefined) throw nothingThere({ room, name })
      sendTaggedJson(request, response, value)
    })
    .put(jsonBody(), async ({ params, body }, response) => {
      const { room, name } = readWritable(known, params)
      await store.set(room, name, body, { durable: true }).catch((error: Error) => {
        // The body was within its limit, but escapes can make a text longer as JSON.
        if (!(error instanceof RangeError)) throw error
        throw new PublicError({ code: 'too-large', status: 413, caption: error.message, cause: error })
      })
      response.json(body)
    })
    .delete(async ({ params }, response) => {
      const { room, name } = readWritable(known, params)
      if (!(await store.delete(room, name, { durable: true }))) throw nothingThere({ room, name })
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  return api
}

function readPlace(known: Manifests, params: { widget?: string; key?: string; name?: string }): Place {
  const room = readRoom(known, params)
  const { name } = params
  try {
    checkStateName(name)
    return { room, name }
  } catch (error) {
    const { message } = error as Error
    throw badRequest('bad-name', message, [{ name: 'name', detail: message }])
  }
}

function readWritable(known: Manifests, params: { widget?: string; key?: string; name?: string }): Place {
  const place = readPlace(known, params)
  if (!isServerName(place.name)) return place
  const caption = `${place.name} belongs to the server and is read-only`
  throw new PublicError({ code: 'read-only', status: 403, caption })
}

function nothingThere({ room, name }: Place): PublicError {
  const caption = `${room} has no value named ${name}`
  return new PublicError({ code: 'not-found', status: 404, caption })
}
