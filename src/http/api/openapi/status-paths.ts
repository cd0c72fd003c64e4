import { lifetimeQuerySchema } from '../schemas.ts'
import { GONE, inPath, inQueryOf, type Json, json, operation, ref, tagged } from './parts.ts'
import { pollOf } from './poll-path.ts'

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
        body: ref('SentStatus'),
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
    '/api/status/{key}/poll': pollOf({
      ...{
        tag,
        parameters: [KEY],
        id: 'Poll',
        of: 'a status',
        settings: ref('Poll'),
        report: ref('PollReport'),
      },
    }),
  }
}
