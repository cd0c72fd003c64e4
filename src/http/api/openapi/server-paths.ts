import { inPath, type Json, json, operation, ROOM, ref, tagged } from './parts.ts'

const TAG = 'Server'
const HEALTHY = json('It is.', ref('Health'))

/** The paths of the server itself, and of what everybody may read. */
export function serverPaths(): Json {
  const tag = TAG
  const [widget = {}] = ROOM
  return {
    '/{widget}/{key}.json': {
      parameters: [widget, inPath('key', 'The key.')],
      get: operation({
        id: 'getData',
        tag,
        summary: 'The data behind a picture',
        description: 'What it is decides the widget; of `online` it is the room with its counts.',
        answers: { 200: json('The data.', ref('Value')) },
        problems: [400, 404],
        isPublic: true,
      }),
    },
    '/{widget}/{key}/click': { parameters: ROOM, ...clicks('') },
    '/{widget}/{key}/click/{action}': {
      parameters: [
        ...ROOM,
        inPath('action', 'What the widget hears of as `action`.', '^[A-Za-z0-9._~-]{1,64}$'),
      ],
      ...clicks('Action'),
    },
    '/api/audit': {
      get: operation({
        id: 'audit',
        tag,
        summary: 'The counts against the kernel’s own table of sockets',
        answers: tagged('How they compare.', ref('Audit')),
        problems: [501],
      }),
    },
    '/api/openapi.json': {
      get: operation({
        id: 'getDescription',
        tag,
        summary: 'This document',
        answers: tagged('An OpenAPI 3.1 document.', { type: 'object' }),
        isPublic: true,
      }),
    },
    '/metrics': {
      get: operation({
        id: 'getMetrics',
        tag,
        summary: 'What the server counts, for Prometheus',
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
        summary: 'Whether the server is alive',
        answers: { 200: HEALTHY },
        isPublic: true,
      }),
    },
    '/readyz': {
      get: operation({
        id: 'getReadiness',
        tag,
        summary: 'Whether the server takes new viewers',
        answers: { 200: HEALTHY, 503: json('It stops.', ref('Health')) },
        isPublic: true,
      }),
    },
  }
}

/** A click is a link or a form: it comes by either method. */
function clicks(name: string): Json {
  const click = {
    tag: TAG,
    summary: 'Tell a widget of a click',
    description:
      'Where it was comes as a query `?x,y`, as `ismap` makes it, or as fields `name.x` and `name.y`, as ' +
      '`<input type="image">` does. Pages that the server allows no pictures on may not click either.',
    answers: { 204: { description: 'The widget has heard of it; the page stays where it is.' } },
    problems: [400, 403, 404, 429],
    isPublic: true,
  }
  return {
    get: operation({ ...click, id: `click${name}ByLink` }),
    post: operation({ ...click, id: `click${name}ByForm`, form: { type: 'object' } }),
  }
}
