import { createRequire } from 'node:module'
import { cameraPaths } from './camera-paths.ts'
import { hookPaths } from './hook-paths.ts'
import { type Json, problemResponses } from './parts.ts'
import { picturePaths } from './picture-paths.ts'
import { roomPaths } from './room-paths.ts'
import { schemas } from './schemas.ts'
import { seriesPaths } from './series-paths.ts'
import { serverPaths } from './server-paths.ts'
import { statusPaths } from './status-paths.ts'

/**
 * Describes the HTTP API in OpenAPI 3.1.
 * @param server the address that its paths begin at, for instance `/live`.
 */
export function createOpenApiDocument(server: string): Json {
  const { version } = createRequire(import.meta.url)('imgcast/package.json') as { version: string }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Imgcast',
      version,
      summary: 'Rooms and their viewers, statuses, webhooks and events.',
      description:
        'Every GET has a HEAD with the same headers and no body. A method that a path does not have returns ' +
        '`Problem405` with `Allow`; OPTIONS returns 204, for preflights of browsers too.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: server }],
    security: [{ token: [] }],
    paths: {
      ...roomPaths(),
      ...statusPaths(),
      ...picturePaths(),
      ...seriesPaths(),
      ...cameraPaths(),
      ...hookPaths(),
      ...serverPaths(),
    },
    components: {
      schemas: schemas(),
      responses: problemResponses(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: '`IMGCAST_TOKEN`, or the one printed at start.',
        },
      },
    },
  }
}
