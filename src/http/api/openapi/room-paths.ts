import { DEFAULT_LIMIT, DEFAULT_SORT, LARGEST_LIMIT, SORTS } from '../../room-list.ts'
import { FORMATS, STEP_NAMES } from '../history-api.ts'
import { GONE, inPath, inQuery, type Json, json, list, operation, ROOM, ref, tagged } from './parts.ts'

const NAME = inPath('name', 'What it is remembered by. Names that begin with `$` are the server’s own.')
const TEXT = { type: 'string' }
const TIMES = 'in ISO 8601 or as milliseconds since the epoch'

/** The paths of rooms, what they remember, and what happens in them. */
export function roomPaths(): Json {
  const tag = 'Rooms'
  return {
    '/api/rooms': {
      get: operation({
        id: 'listRooms',
        tag,
        summary: 'Every room that is watched, or ever was',
        parameters: [
          inQuery('sort', 'What they are sorted by; with a `-` before it the largest first.', {
            enum: SORTS.flatMap((sort) => [sort, `-${sort}`]),
            default: DEFAULT_SORT,
          }),
          inQuery('search', 'A part of the room’s name.', { type: 'string', maxLength: 100 }),
          inQuery('widget', 'Only rooms of this widget.', TEXT),
          inQuery('watched', 'Only rooms that somebody watches, or only others.', { type: 'boolean' }),
          inQuery('limit', 'How many rooms a page has.', {
            type: 'integer',
            minimum: 1,
            maximum: LARGEST_LIMIT,
            default: DEFAULT_LIMIT,
          }),
          inQuery('cursor', '`next` of the page before, which had the same `sort`.', TEXT),
        ],
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
        summary: 'One room',
        answers: tagged('The room.', ref('Room')),
        problems: [400, 404],
      }),
    },
    '/api/rooms/{widget}/{key}/history': {
      parameters: ROOM,
      get: operation({
        id: 'getHistory',
        tag,
        summary: 'Who watched a room when',
        parameters: [
          inQuery('from', `Its beginning, ${TIMES}; by default a day before \`to\`.`, TEXT),
          inQuery('to', `Its end, ${TIMES}; by default now.`, TEXT),
          inQuery('step', '`auto` is the finest that makes no more than 1500 steps.', {
            enum: STEP_NAMES,
            default: 'auto',
          }),
          inQuery('format', 'JSON, or a table with the columns `time`, `visitors_peak` and so on.', {
            enum: FORMATS,
            default: 'json',
          }),
        ],
        answers: tagged('The history.', ref('History'), { others: { 'text/csv': { schema: TEXT } } }),
        problems: [400],
      }),
    },
    '/api/rooms/{widget}/{key}/state/{name}': {
      parameters: [...ROOM, NAME],
      get: operation({
        id: 'getState',
        tag,
        summary: 'What a room remembers',
        answers: tagged('The value.', ref('Value')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'setState',
        tag,
        summary: 'Have a room remember something',
        description: 'Every open picture of the room is drawn anew.',
        body: ref('Value'),
        answers: { 200: json('The value.', ref('Value')) },
        problems: [403],
      }),
      delete: operation({
        id: 'deleteState',
        tag,
        summary: 'Have a room forget something',
        answers: GONE,
        problems: [400, 403, 404],
      }),
    },
    '/api/events': {
      get: operation({
        id: 'followEvents',
        tag,
        summary: 'What happens in rooms, as Server-Sent Events',
        description:
          'Events `join`, `leave` and `state`, each with a `data` of the schema `Event`. With `Last-Event-ID`, what was ' +
          'missed comes first; where that is too long ago, an event `gap` does. A consumer that does not keep up is dropped.',
        parameters: [
          inQuery('room', 'Only this room, like `online/blog`; repeatable.', list(TEXT)),
          inQuery('widget', 'Only rooms of this widget; repeatable.', list(TEXT)),
          { name: 'Last-Event-ID', in: 'header', description: 'The last event that was got.', schema: TEXT },
        ],
        answers: { 200: { description: 'Events.', content: { 'text/event-stream': { schema: TEXT } } } },
        problems: [400],
      }),
    },
  }
}
