import { Router } from 'express'
import { refuseOthers } from '../../methods.ts'
import { sendTaggedJson } from '../../send.ts'
import { createOpenApiDocument } from './openapi-document.ts'

/** Answers with the description of the API, to everybody. */
export function createOpenApi(): Router {
  const api = Router()
  api
    .route('/openapi.json')
    .get((request, response) => {
      const server = request.baseUrl.replace(/\/api$/, '') || '/'
      sendTaggedJson(request, response, createOpenApiDocument(server))
    })
    .all(refuseOthers('GET'))
  return api
}
