import { inPath, type Json, json, operation, ROOM, ref } from './parts.ts'

const HEALTHY = json('It is.', ref('Health'))

/** The paths of the server itself, and of what everybody may read. */
export function serverPaths(): Json {
  const tag = 'Server'
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
    '/api/audit': {
      get: operation({
        id: 'audit',
        tag,
        summary: 'The counts against the kernel’s own table of sockets',
        answers: { 200: json('How they compare.', ref('Audit')) },
        problems: [501],
      }),
    },
    '/api/openapi.json': {
      get: operation({
        id: 'getDescription',
        tag,
        summary: 'This document',
        answers: { 200: json('An OpenAPI 3.1 document.', { type: 'object' }) },
        isPublic: true,
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
