import { type Request, Router } from 'express'
import { LRUCache } from 'lru-cache'
import { refuseOthers } from '../../methods.ts'
import { sendTaggedJson } from '../../send.ts'
import type { Json } from './parts.ts'

/** Paths that one router is mounted on. */
const MAX_BASES = 8

/**
 * Returns the description of the API. Needs no token.
 * @param baseOf the public path that the router is mounted on
 */
export function createOpenApi(baseOf: (request: Request) => string): Router {
  const api = Router()
  // Making it takes 4 ms, and anyone can request it. Few do, so that its modules are loaded then.
  const documents = new LRUCache<string, Json>({ max: MAX_BASES })
  api
    .route('/openapi.json')
    .get(async (request, response) => {
      const { createOpenApiDocument } = await import('./openapi-document.ts')
      const base = baseOf(request) || '/'
      const document = documents.get(base) ?? createOpenApiDocument(base)
      documents.set(base, document)
      sendTaggedJson(request, response, document)
    })
    .all(refuseOthers('GET'))
  return api
}
