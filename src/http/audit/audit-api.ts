import { Router } from 'express'
import { PublicError } from '../../errors.ts'
import { type CountedSocket, readSocketTable } from '../../system/socket-table.ts'
import { refuseOthers } from '../methods.ts'
import { sendTaggedJson } from '../send.ts'
import { audit } from './audit.ts'

/** Compares the server’s counts with the kernel’s socket table. */
export function createAuditApi(sockets: () => Promise<CountedSocket[]>): Router {
  const api = Router()
  api
    .route('/audit')
    .get(async (request, response) => {
      const before = new Set((await sockets()).map(({ remote }) => remote))
      const rows = await readSocketTable().catch((cause: Error) => {
        throw new PublicError({ code: 'no-socket-table', status: 501, caption: cause.message, cause })
      })
      // Only streams that were open both before and after the table was read can be compared with it.
      const counted = (await sockets()).filter(({ remote }) => before.has(remote))
      sendTaggedJson(request, response, audit(counted, request.socket.localPort ?? 0, rows))
    })
    .all(refuseOthers('GET'))
  return api
}
