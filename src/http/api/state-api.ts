import { type Response, Router } from 'express'
import type { Store } from '../../cluster/store.ts'
import { badRequest, conflict, PublicError, quote } from '../../errors.ts'
import { appended } from '../../widget/state-change.ts'
import { checkStateName, isServerName } from '../../widget/state-name.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { findManifest } from '../picture/find-manifest.ts'
import { checkPreconditions } from '../preconditions.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { sendTaggedJson, tagOfJson } from '../send.ts'

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
    .put(jsonBody(), async ({ params, body, headers }, response) => {
      const { room, name } = readWritable(known, params)
      findManifest(known.manifests, params.widget)
      await write(store, { room, name }, (current) => {
        checkPreconditions(headers, current)
        return body
      })
      sendWritten(response, body)
    })
    .post(jsonBody(), async ({ params, body, headers, query }, response) => {
      const { room, name } = readWritable(known, params)
      findManifest(known.manifests, params.widget)
      const keep = readKeep(query.keep)
      const list = await write(store, { room, name }, (current) => {
        checkPreconditions(headers, current)
        if (current !== undefined && !Array.isArray(current))
          throw conflict('not-a-list', `${name} is not a list: only a list can be appended to`)
        return appended(name, current, body, keep)
      })
      sendWritten(response, list)
    })
    .delete(async ({ params, headers }, response) => {
      const { room, name } = readWritable(known, params)
      await write(store, { room, name }, (current) => {
        if (current === undefined) throw nothingThere({ room, name })
        checkPreconditions(headers, current)
        return undefined
      })
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'POST', 'DELETE'))
  return api
}

/** Resolves to the new value when it is on disk. */
async function write(
  store: Store,
  { room, name }: Place,
  change: (value: unknown) => unknown,
): Promise<unknown> {
  return store.update(room, name, change, { durable: true }).catch((error: Error) => {
    // The body was within its limit, but escapes can make a text longer as JSON.
    if (!(error instanceof RangeError)) throw error
    throw new PublicError({ code: 'too-large', status: 413, caption: error.message, cause: error })
  })
}

function sendWritten(response: Response, value: unknown): void {
  response.set('ETag', tagOfJson(value)).json(value)
}

/** The number of values of a list that are kept; undefined for all. @throws PublicError 400. */
function readKeep(raw: unknown): number | undefined {
  if (raw === undefined) return undefined
  if (typeof raw === 'string' && /^[1-9]\d{0,4}$/.test(raw)) return Number(raw)
  const detail = `expected a whole number from 1 to 99999, got ${quote(raw)}`
  throw badRequest('bad-parameter', 'keep: expected a whole number from 1 to 99999', [
    { name: 'keep', detail },
  ])
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
