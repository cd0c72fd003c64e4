import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Router } from 'express'
import Negotiator from 'negotiator'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { CROSS_ORIGIN } from '../headers.ts'
import { sendUnlessKnown, tagOf, tagOfGzip } from '../send.ts'
import { publicFolder } from './views.ts'

const TYPE = 'text/javascript; charset=utf-8'
/** Seconds: pages of any site load it, and each of them would otherwise ask again. */
const MAX_AGE = 3600

/** `GET /live-img.js`: the module that defines `<live-img>`. Pages of any origin may import it. */
export function createLiveImgRoute(): Router {
  const plain = readFileSync(join(publicFolder(), 'live-img.js'))
  const gzip = gzipSync(plain, { level: 9 })
  const tag = tagOf(plain)
  const router = Router()
  router.get(`${SERVER_PATHS['live-img']}.js`, (request, response) => {
    const isGzip = new Negotiator(request).encodings(['gzip', 'identity'])[0] === 'gzip'
    const etag = isGzip ? tagOfGzip(tag) : tag
    const headers = {
      ...CROSS_ORIGIN,
      'Cache-Control': `public, max-age=${MAX_AGE}`,
      ETag: etag,
      Vary: 'Accept-Encoding',
      ...(isGzip && { 'Content-Encoding': 'gzip' }),
    }
    sendUnlessKnown(request, response, etag, headers, TYPE, isGzip ? gzip : plain)
  })
  return router
}
