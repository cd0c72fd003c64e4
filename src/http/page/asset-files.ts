import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Router } from 'express'
import { CROSS_ORIGIN } from '../headers.ts'
import { sendUnlessKnown, tagOf } from '../send.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

interface AssetFile {
  bytes: Buffer
  etag: string
}

/**
 * Serves the files of a folder, each read once: a client that never receives a response would hold a descriptor of a file
 * that is sent from disk. Calls the next handler for any other name.
 * @param maxAge seconds that browsers may keep a file.
 */
export function createAssetFiles(folder: string, maxAge: number): Router {
  const names = new Set(readdirSync(folder).filter((name) => extname(name) in TYPES))
  const files = new Map<string, AssetFile>()
  const read = (name: string): AssetFile => {
    const known = files.get(name)
    if (known) return known
    const bytes = readFileSync(join(folder, name))
    const file = { bytes, etag: tagOf(bytes) }
    files.set(name, file)
    return file
  }
  const router = Router()
  router.get('/:name', (request, response, next) => {
    const { name } = request.params
    if (!names.has(name)) return next()
    const { bytes, etag } = read(name)
    const headers = { ...CROSS_ORIGIN, 'Cache-Control': `public, max-age=${maxAge}`, ETag: etag }
    sendUnlessKnown(request, response, etag, headers, TYPES[extname(name)] ?? '', bytes)
  })
  return router
}
