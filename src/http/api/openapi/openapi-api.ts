import { type Request, Router } from 'express'
import { LRUCache } from 'lru-cache'
import { refuseOthers } from '../../methods.ts'
import { sendTaggedJson } from '../../send.ts'
import { createOpenApiDocument } from './openapi-document.ts'
import type { Json } from './parts.ts'

/** Paths that one router is mounted on. */
const MAX_BASES = 8

/**
 * Returns the description of the API. Needs no token.
 * @param baseOf the public path that the router is mounted on
 */
export function createOpenApi(baseOf: (request: Request) => string): Router {
  const api = Router()
  // Making it takes 4 ms, and everybody may ask.
  const documents = new LRUCache<string, Json>({ max: MAX_BASES, memoMethod: createOpenApiDocument })
  api
    .route('/openapi.json')
    .get((request, response) => {
      sendTaggedJson(request, response, documents.memo(baseOf(request) || '/'))
    })
    .all(refuseOthers('GET'))
  return api
}
