import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { MAX_URL } from '../head-limits.ts'
import { UNCACHED } from '../headers.ts'
import type { PictureRequest } from '../request.ts'

/**
 * Redirects to the same URL with a random `v`. The location is relative to the last segment, so that it works behind any
 * mount or proxy. Returns false if that URL would be too long.
 */
export function redirectToUnique(request: PictureRequest, response: ServerResponse): boolean {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
  const last = path.slice(path.lastIndexOf('/') + 1)
  const unique = `v=${randomBytes(6).toString('base64url')}`
  const location = `${last}?${query === '' ? unique : `${query}&${unique}`}`
  if (path.length + location.length - last.length > MAX_URL) return false
  response.writeHead(302, { ...UNCACHED, Location: location, 'Content-Length': 0 }).end()
  return true
}
