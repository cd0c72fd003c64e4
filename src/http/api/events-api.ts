import { Router } from 'express'
import * as z from 'zod'
import type { LiveEvent, RoomEvents } from '../../channel/room-events.ts'
import { expected } from '../../schema/expected.ts'
import { parseQuery } from '../../schema/parse-query.ts'
import { toIso } from '../../widget/date.ts'
import { EXAMPLE_ROOM, EXAMPLE_WIDGET } from '../../widget/example-room.ts'
import { isWidgetName, parseRoom } from '../../widget/room.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { EVENTS_PATH } from '../sessions.ts'
import { EventStream, writeEventHead } from './event-stream.ts'

/** The requested events: those of any of these rooms and widgets, or all if none is named. */
interface EventFilter {
  rooms: ReadonlySet<string>
  widgets: ReadonlySet<string>
}

/**
 * Sends the events of rooms as Server-Sent Events, starting now or after `Last-Event-ID`. If that event is no longer
 * kept, an event `gap` comes first.
 */
export function createEventsApi(known: Manifests, events: RoomEvents): Router {
  const api = Router()
  const querySchema = eventQuerySchema((room) => isKnownRoom(known, room))
  api
    .route(EVENTS_PATH)
    .get((request, response) => {
      const { room, widget } = parseQuery(querySchema, searchOf(request))
      const filter = { rooms: new Set(room), widgets: new Set(widget) }
      if (request.method === 'HEAD') {
        writeEventHead(response)
        response.end()
        return
      }
      // The client may have left while a host app's middleware was waiting: no `close` event would follow.
      if (response.destroyed || request.socket.destroyed) return
      let leave = () => {}
      const stream = new EventStream(response, { lastId: () => events.lastId, onClose: () => leave() })
      const lastId = request.headers['last-event-id']
      const missed =
        typeof lastId === 'string' && lastId !== ''
          ? events.since(lastId, (room) => matches(filter, room))
          : []
      if (!missed) stream.send({ id: events.lastId, event: 'gap', data: { since: lastId } })
      const send = (event: LiveEvent) => {
        if (matches(filter, event.room)) stream.send(toMessage(event))
      }
      for (const event of missed ?? []) send(event)
      // So that a client can also resume if it loses its connection before the first event.
      stream.mark()
      leave = events.subscribe(send, () => stream.end())
    })
    .all(refuseOthers('GET'))
  return api
}

/** The parameters of an event stream. @param isKnown whether a text is a room that the server knows */
export function eventQuerySchema(isKnown: (room: string) => boolean) {
  const like = (example: string) => expected(`something like ${example}`)
  return z.object({
    room: z
      .array(z.string().refine(isKnown, like(EXAMPLE_ROOM)))
      .optional()
      .meta({ description: `Only this room, like \`${EXAMPLE_ROOM}\`; repeatable.` }),
    widget: z
      .array(z.string().refine(isWidgetName, like(EXAMPLE_WIDGET)))
      .optional()
      .meta({ description: 'Only rooms of this widget; repeatable.' }),
  })
}

function isKnownRoom(known: Manifests, room: string): boolean {
  try {
    readRoom(known, parseRoom(room))
    return true
  } catch {
    return false
  }
}

function matches({ rooms, widgets }: EventFilter, room: string): boolean {
  if (rooms.size === 0 && widgets.size === 0) return true
  return rooms.has(room) || widgets.has(parseRoom(room).widget)
}

function toMessage({ id, type, time, ...data }: LiveEvent) {
  return { id, event: type, data: { ...data, time: toIso(time) } }
}
