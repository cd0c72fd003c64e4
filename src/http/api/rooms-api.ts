import { type Request, Router } from 'express'
import type { Logger } from 'pino'
import type { RoomSummary, Rooms } from '../../cluster/rooms.ts'
import type { Room } from '../../schema/room-schema.ts'
import { toIso } from '../../widget/date.ts'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { nextCursor, parseRoomQuery } from '../room-list.ts'
import { findRoom, type Manifests, readRoom } from '../room-param.ts'
import { sendTaggedJson } from '../send.ts'

/**
 * The calls for rooms.
 * @param baseOf the public path that the router is mounted on
 * @param log gets a line for each room that is deleted
 */
export function createRoomsApi(
  known: Manifests,
  rooms: Rooms,
  baseOf: (request: Request) => string,
  log: Logger,
): Router {
  const hrefOf = (request: Request, parameters: URLSearchParams, cursor?: string) =>
    `${baseOf(request)}${SERVER_PATHS.api}/rooms${toSearch(parameters, cursor)}`
  const api = Router()
  api
    .route('/rooms')
    .get(async (request, response) => {
      const parameters = searchOf(request)
      const query = parseRoomQuery(parameters)
      const page = await rooms.page(query)
      const next = nextCursor(page, query)
      const links = [`<${hrefOf(request, parameters)}>; rel="first"`]
      if (next !== undefined) links.unshift(`<${hrefOf(request, parameters, next)}>; rel="next"`)
      const { total, isPartial } = page
      const body = {
        rooms: page.rooms.map(toJson),
        total,
        next: next ?? null,
        ...(isPartial && { isPartial }),
      }
      sendTaggedJson(request, response, body, { Link: links.join(', ') })
    })
    .all(refuseOthers('GET'))
  api
    .route('/rooms/:widget/:key')
    .get(async (request, response) => {
      sendTaggedJson(request, response, toJson(await findRoom(known, rooms, request.params)))
    })
    .delete(async ({ params }, response) => {
      const room = readRoom(known, params)
      await rooms.delete(room)
      log.info({ room }, 'room deleted')
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'DELETE'))
  return api
}

function toJson({ since, ...summary }: RoomSummary): Room {
  return { ...summary, since: since === null ? null : toIso(since) }
}

function toSearch(parameters: URLSearchParams, cursor: string | undefined): string {
  const all = new URLSearchParams(parameters)
  all.delete('cursor')
  if (cursor !== undefined) all.set('cursor', cursor)
  return all.size > 0 ? `?${all}` : ''
}
