import { isRoomName } from '../../../widget/room.ts'
import { roomQuerySchema } from '../../room-list.ts'
import { eventQuerySchema } from '../events-api.ts'
import { historyQuerySchema } from '../history-api.ts'
import { GONE, inPath, inQuery, inQueryOf, type Json, json, operation, ROOM, ref, tagged } from './parts.ts'

const NAME = inPath('name', 'The name of the value. Names that begin with `$` belong to the server.')
const TEXT = { type: 'string' }
const TAG = { ETag: { description: 'Send it as `If-Match` with the next write.', schema: TEXT } }
const CONDITIONS: Json[] = [
  { name: 'If-Match', in: 'header', description: 'Write only a value with this `ETag`.', schema: TEXT },
  {
    name: 'If-None-Match',
    in: 'header',
    description: '`*`: write only if there is no value yet.',
    schema: TEXT,
  },
]
const KEEP = inQuery('keep', 'Keep only this number of values: the newest.', {
  type: 'integer',
  minimum: 1,
  maximum: 99_999,
})

/** The paths of rooms, their state and their events. */
export function roomPaths(): Json {
  const tag = 'Rooms'
  return {
    '/api/rooms': {
      get: operation({
        id: 'listRooms',
        tag,
        summary: 'List rooms',
        parameters: inQueryOf(roomQuerySchema),
        answers: tagged('A page of rooms.', ref('RoomPage'), {
          headers: {
            Link: { description: 'The first page, and the next if there is one (RFC 8288).', schema: TEXT },
          },
        }),
        problems: [400],
      }),
    },
    '/api/rooms/{widget}/{key}': {
      parameters: ROOM,
      get: operation({
        id: 'getRoom',
        tag,
        summary: 'Get a room',
        answers: tagged('The room.', ref('Room')),
        problems: [400, 404],
      }),
      delete: operation({
        id: 'deleteRoom',
        tag,
        summary: 'Delete a room',
        description:
          'Deletes what it remembers, its hits, its peaks and its history, for good. Refused with 409 while the room has ' +
          'viewers, and while a poll keeps it.',
        answers: GONE,
        problems: [400, 404, 409],
      }),
    },
    '/api/rooms/{widget}/{key}/history': {
      parameters: ROOM,
      get: operation({
        id: 'getHistory',
        tag,
        summary: 'Get the history of a room',
        parameters: inQueryOf(historyQuerySchema),
        answers: tagged('The history.', ref('History'), { others: { 'text/csv': { schema: TEXT } } }),
        problems: [400],
      }),
    },
    '/api/rooms/{widget}/{key}/hits': {
      parameters: ROOM,
      put: operation({
        id: 'setHits',
        tag,
        summary: 'Set the hits of a room',
        description: 'For the number that an earlier counter had. Redraws the open pictures that show hits.',
        body: ref('Hits'),
        answers: { 200: json('The hits.', ref('Hits')) },
        problems: [404],
      }),
    },
    '/api/rooms/{widget}/{key}/state/{name}': {
      parameters: [...ROOM, NAME],
      get: operation({
        id: 'getState',
        tag,
        summary: 'Get a value of a room',
        answers: tagged('The value.', ref('Value')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'setState',
        tag,
        summary: 'Set a value of a room',
        description: 'Redraws every open picture of the room.',
        parameters: CONDITIONS,
        body: ref('Value'),
        answers: { 200: json('The value.', ref('Value'), TAG) },
        problems: [403, 404, 412],
      }),
      post: operation({
        id: 'appendState',
        tag,
        summary: 'Append to a list of a room',
        description: 'A missing list is created. Redraws every open picture of the room.',
        parameters: [KEEP, ...CONDITIONS],
        body: ref('Value'),
        answers: { 200: json('The list.', ref('Value'), TAG) },
        problems: [403, 404, 409, 412],
      }),
      delete: operation({
        id: 'deleteState',
        tag,
        summary: 'Delete a value of a room',
        parameters: CONDITIONS,
        answers: GONE,
        problems: [400, 403, 404, 412],
      }),
    },
    '/api/events': {
      get: operation({
        id: 'followEvents',
        tag,
        summary: 'Stream the events of rooms (Server-Sent Events)',
        description:
          'Events `join`, `leave`, `state` and `delete`, each with a `data` of the schema `Event`. With `Last-Event-ID`, missed ' +
          'events come first, or an event `gap` if they are no longer kept. A client that does not keep up is disconnected.',
        parameters: [
          ...inQueryOf(eventQuerySchema(isRoomName)),
          {
            name: 'Last-Event-ID',
            in: 'header',
            description: 'The id of the last event received.',
            schema: TEXT,
          },
        ],
        answers: { 200: { description: 'Events.', content: { 'text/event-stream': { schema: TEXT } } } },
        problems: [400],
      }),
    },
  }
}
