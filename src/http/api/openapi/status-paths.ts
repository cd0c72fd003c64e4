import { lifetimeQuerySchema } from '../schemas.ts'
import { GONE, inPath, inQueryOf, type Json, json, operation, ref, tagged } from './parts.ts'

const KEY = inPath('key', 'The key of the status.', '^[A-Za-z0-9._~-]{1,64}$')

/** The paths of live badges. */
export function statusPaths(): Json {
  const tag = 'Statuses'
  return {
    '/api/status': {
      get: operation({
        id: 'listStatuses',
        tag,
        summary: 'List statuses and their polls',
        answers: tagged('The statuses.', ref('StatusList')),
      }),
    },
    '/api/status/{key}': {
      parameters: [KEY],
      get: operation({
        id: 'getStatus',
        tag,
        summary: 'Get a status',
        answers: tagged('The status.', ref('Status')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'setStatus',
        tag,
        summary: 'Set a status',
        description: 'Redraws every open picture of it.',
        parameters: inQueryOf(lifetimeQuerySchema),
        body: ref('Status'),
        answers: { 200: json('The status.', ref('Status')) },
      }),
      delete: operation({
        id: 'deleteStatus',
        tag,
        summary: 'Delete a status and its poll',
        answers: GONE,
        problems: [400, 404],
      }),
    },
    '/api/status/{key}/poll': {
      parameters: [KEY],
      get: operation({
        id: 'getPoll',
        tag,
        summary: 'Get the poll of a status and its last result',
        answers: tagged('The poll.', ref('PollReport')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'setPoll',
        tag,
        summary: 'Poll a URL for a status',
        description:
          'The server fetches the URL itself. Addresses that are not public are refused unless the server runs with ' +
          '`--allow-private-targets`. Redirects are not followed.',
        body: ref('Poll'),
        answers: { 200: json('The poll.', ref('PollReport')) },
        problems: [409],
      }),
      delete: operation({
        id: 'deletePoll',
        tag,
        summary: 'Delete the poll of a status',
        answers: GONE,
        problems: [400, 404],
      }),
    },
  }
}
