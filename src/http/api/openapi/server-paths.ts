import { inPath, type Json, json, operation, ROOM, ref, tagged } from './parts.ts'

const TAG = 'Server'
const HEALTHY = json('Yes.', ref('Health'))

/** The paths of the server itself, and the public ones. */
export function serverPaths(): Json {
  const tag = TAG
  const [widget = {}] = ROOM
  return {
    '/{widget}/{key}.json': {
      parameters: [widget, inPath('key', 'The key.')],
      get: operation({
        id: 'getData',
        tag,
        summary: 'Get the data behind a picture',
        description:
          'The widget decides what it contains; by default it is the room with its counts. An object also has `alt`, the picture in words, and `age`: milliseconds since the picture was current.',
        answers: { 200: json('The data.', ref('Value')) },
        problems: [400, 404],
        isPublic: true,
      }),
    },
    '/{widget}/{key}.txt': {
      parameters: [widget, inPath('key', 'The key.')],
      get: operation({
        id: 'getWords',
        tag,
        summary: 'Get a picture in words',
        description: 'One line, for a terminal or a screen reader.',
        answers: words(),
        isPublic: true,
      }),
    },
    '/{widget}/{key}/click': { parameters: ROOM, ...clicks('') },
    '/{widget}/{key}/click/{action}': {
      parameters: [...ROOM, inPath('action', 'Passed to the widget as `action`.', '^[A-Za-z0-9._~-]{1,64}$')],
      ...clicks('Action'),
    },
    '/api/audit': {
      get: operation({
        id: 'audit',
        tag,
        summary: 'Compare the counts with the kernel’s socket table',
        answers: tagged('The comparison.', ref('Audit')),
        problems: [501],
      }),
    },
    '/api/backup': {
      get: operation({
        id: 'getBackup',
        tag,
        summary: 'Get a consistent copy of the store',
        answers: {
          200: {
            description: 'An SQLite file.',
            content: { 'application/vnd.sqlite3': { schema: { type: 'string' } } },
          },
        },
        problems: [409],
      }),
    },
    '/api/load': {
      get: operation({
        id: 'getLoad',
        tag,
        summary: 'Get what the server did in the last minute',
        answers: { 200: json('Processor, memory, queue, frame rates and refusals.', ref('Load')) },
      }),
    },
    '/api/openapi.json': {
      get: operation({
        id: 'getDescription',
        tag,
        summary: 'Get this document',
        answers: tagged('An OpenAPI 3.1 document.', { type: 'object' }),
        isPublic: true,
      }),
    },
    '/metrics': {
      get: operation({
        id: 'getMetrics',
        tag,
        summary: 'Get metrics for Prometheus',
        answers: {
          200: {
            description: 'The metrics, in Prometheus’s text format.',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
        },
      }),
    },
    '/healthz': {
      get: operation({
        id: 'getHealth',
        tag,
        summary: 'Check that the server runs',
        answers: { 200: HEALTHY },
        isPublic: true,
      }),
    },
    '/readyz': {
      get: operation({
        id: 'getReadiness',
        tag,
        summary: 'Check that the server takes viewers',
        answers: {
          200: HEALTHY,
          503: json('The server is stopping, or cannot save or accept anything.', ref('Health')),
        },
        isPublic: true,
      }),
    },
  }
}

/** A click is a link or a form, so both methods are supported. */
function clicks(name: string): Json {
  const click = {
    tag: TAG,
    summary: 'Send a click to a widget',
    description:
      'The position is the query `?x,y`, as `ismap` sends it, or the fields `name.x` and `name.y`, as ' +
      '`<input type="image">` sends them. Pages that are not allowed to show the server’s pictures cannot send clicks either.',
    answers: { 204: { description: 'The widget has received it; the browser stays on its page.' } },
    problems: [400, 403, 404, 409, 429],
    isPublic: true,
  }
  return {
    get: operation({ ...click, id: `click${name}ByLink` }),
    post: operation({ ...click, id: `click${name}ByForm`, form: { type: 'object' } }),
  }
}

/** The responses of a picture in words. Errors are lines too, unless the client accepts problem documents. */
function words(): Record<number, Json> {
  const headers = { ETag: { description: 'Send it as `If-None-Match`.', schema: { type: 'string' } } }
  const line = (description: string) => ({
    description,
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  const problem = (description: string) => ({
    description: `${description} A problem document for a client that prefers JSON.`,
    content: { ...line('').content, 'application/problem+json': { schema: ref('Problem') } },
  })
  return {
    200: { ...line('The line.'), headers },
    304: { description: 'Not modified since the response with this `ETag`.', headers },
    400: problem('A wrong parameter or key.'),
    404: problem('There is no such picture.'),
  }
}
