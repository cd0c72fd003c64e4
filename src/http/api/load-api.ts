import { Router } from 'express'
import type { Load } from '../../schema/load-schema.ts'
import { refuseOthers } from '../methods.ts'
import { sendJson } from '../send.ts'

/** `GET /api/load`: the server's load in the last minute. */
export function createLoadApi(loadNow: () => Load): Router {
  const api = Router()
  api
    .route('/load')
    .get((request, response) => sendJson(request, response, 200, loadNow()))
    .all(refuseOthers('GET'))
  return api
}
