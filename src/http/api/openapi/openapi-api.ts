import { type Request, Router } from 'express'
import { refuseOthers } from '../../methods.ts'
import { sendTaggedJson } from '../../send.ts'
import { createOpenApiDocument } from './openapi-document.ts'

/**
 * Returns the description of the API. Needs no token.
 * @param baseOf the public path that the router is mounted on
 */
export function createOpenApi(baseOf: (request: Request) => string): Router {
  const api = Router()
  api
    .route('/openapi.json')
    .get((request, response) => {
      sendTaggedJson(request, response, createOpenApiDocument(baseOf(request) || '/'))
    })
    .all(refuseOthers('GET'))
  return api
}
