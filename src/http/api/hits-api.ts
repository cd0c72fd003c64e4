import { Router } from 'express'
import type { Hits } from '../../cluster/hits.ts'
import { parseBody } from '../../schema/parse-body.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import { type Manifests, readRoom } from '../room-param.ts'
import { hitsSchema } from './schemas.ts'

const BAD_BODY = { code: 'bad-hits', caption: 'expected {"hits": a whole number}' }

/** The call that sets a room's hits, for the number that an earlier counter had. */
export function createHitsApi(known: Manifests, hits: Pick<Hits, 'set'>): Router {
  const api = Router()
  api
    .route('/rooms/:widget/:key/hits')
    .put(jsonBody(), async ({ params, body }, response) => {
      const room = readRoom(known, params)
      const given = parseBody(hitsSchema, body, BAD_BODY)
      await hits.set(room, given.hits)
      response.json(given)
    })
    .all(refuseOthers('PUT'))
  return api
}
