import express, { Router } from 'express'
import { notFound } from '../../errors.ts'
import type { StoredPicture } from '../../pushed/pushed-picture.ts'
import type { PushedPictures } from '../../pushed/pushed-pictures.ts'
import { parseQuery } from '../../schema/parse-query.ts'
import { toIso } from '../../widget/date.ts'
import { parseDuration } from '../../widget/duration.ts'
import { checkKey } from '../../widget/key.ts'
import { refuseOthers } from '../methods.ts'
import { searchOf } from '../request.ts'
import { sendTaggedJson } from '../send.ts'
import { pictureQuerySchema } from './schemas.ts'

/** The calls for pictures that scripts push as files. */
export function createPicturesApi(pictures: PushedPictures, maxBytes: number): Router {
  const api = Router()
  api
    .route('/pictures/:key')
    .put(express.raw({ limit: maxBytes, type: () => true }), async (request, response) => {
      const {
        params: { key = '' },
        body,
      } = request
      checkKey(key)
      const { ttl } = parseQuery(pictureQuerySchema, searchOf(request))
      const picture = await pictures.set(
        key,
        Buffer.isBuffer(body) ? body : Buffer.alloc(0),
        parseDuration(ttl ?? ''),
      )
      response.json(toReport(key, picture))
    })
    .get((request, response) => {
      const { key } = request.params
      checkKey(key)
      const picture = pictures.get(key)
      if (!picture) throw notFound(`there is no picture ${key}`)
      sendTaggedJson(request, response, toReport(key, picture))
    })
    .delete(async ({ params: { key } }, response) => {
      checkKey(key)
      if (!(await pictures.delete(key))) throw notFound(`there is no picture ${key}`)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  api
    .route('/pictures')
    .get((request, response) => {
      const list = pictures.list().map(({ key, picture }) => toReport(key, picture))
      sendTaggedJson(request, response, { pictures: list })
    })
    .all(refuseOthers('GET'))
  return api
}

function toReport(key: string, { format, width, height, bytes, at, lateAt }: StoredPicture) {
  const times = { at: toIso(at), ...(lateAt !== undefined && { lateAt: toIso(lateAt) }) }
  return { key, format, width, height, bytes, ...times }
}
