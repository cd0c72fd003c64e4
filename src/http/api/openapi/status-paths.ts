import { GONE, inPath, type Json, json, operation, ref, tagged } from './parts.ts'

const KEY = inPath('key', 'The key of the status.', '^[A-Za-z0-9._~-]{1,64}$')

/** The paths of live badges. */
export function statusPaths(): Json {
  const tag = 'Statuses'
  return {
    '/api/status': {
      get: operation({
        id: 'listStatuses',
        tag,
        summary: 'Every status, and what is polled for it',
        answers: tagged('The statuses.', ref('StatusList')),
      }),
    },
    '/api/status/{key}': {
      parameters: [KEY],
      get: operation({
        id: 'getStatus',
        tag,
        summary: 'What a badge says',
        answers: tagged('The status.', ref('Status')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'setStatus',
        tag,
        summary: 'Have a badge say something',
        description: 'Every open picture of it changes.',
        body: ref('Status'),
        answers: { 200: json('The status.', ref('Status')) },
      }),
      delete: operation({
        id: 'deleteStatus',
        tag,
        summary: 'Have a badge say nothing, and poll nothing for it',
        answers: GONE,
        problems: [400, 404],
      }),
    },
    '/api/status/{key}/poll': {
      parameters: [KEY],
      get: operation({
        id: 'getPoll',
        tag,
        summary: 'What is polled for a badge, and how that went',
        answers: tagged('The poll.', ref('PollReport')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'setPoll',
        tag,
        summary: 'Fetch JSON now and then, and show what it says',
        description:
          'The server itself fetches the address, within its own network: whoever has the token can have it ask any ' +
          'http or https address that it reaches. Redirects are not followed.',
        body: ref('Poll'),
        answers: { 200: json('The poll.', ref('PollReport')) },
        problems: [409],
      }),
      delete: operation({
        id: 'deletePoll',
        tag,
        summary: 'Stop polling; what it said last stays',
        answers: GONE,
        problems: [400, 404],
      }),
    },
  }
}
