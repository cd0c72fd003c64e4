import { Router } from 'express'
import { refuseOthers } from '../methods.ts'
import { sendTaggedJson } from '../send.ts'
import type { NodeAudits } from './node-audits.ts'

/** Compares the counts of every server with its kernel’s socket table. */
export function createAuditApi(audits: NodeAudits): Router {
  const api = Router()
  api
    .route('/audit')
    .get(async (request, response) =>
      sendTaggedJson(request, response, await audits.whole(request.socket.localPort)),
    )
    .all(refuseOthers('GET'))
  return api
}
