import type { IncomingMessage, ServerResponse } from 'node:http'
import { PublicError } from '../errors.ts'
import { sendProblem } from './send-error.ts'

/** The longest request target, in bytes. */
export const MAX_URL = 2048

/** The longest request head, in bytes: the method, the target and all header fields. */
export const MAX_HEAD_BYTES = 16_384

/**
 * Refuses a request whose head is too long: 431. Call it before anything else reads the headers: every other reader may
 * take time in proportion to them. The response is always a problem document, since choosing another form would read the
 * headers. Returns whether the request was refused, or has already ended.
 */
export function refuseLargeHead(
  request: IncomingMessage,
  response: ServerResponse,
  onRefused: (error: PublicError) => void,
): boolean {
  // A client can cancel a request in the packet that brings it, and be cut off for the other requests in it.
  if (response.destroyed || isCancelled(request)) return true
  // A URL that is too long has an error of its own, which may be a picture.
  if (isLongUrl(request)) return false
  const length = headBytes(request)
  if (length <= MAX_HEAD_BYTES) return false
  const caption = `expected a request head of at most ${MAX_HEAD_BYTES} bytes`
  const detail = `${caption}, got ${length}`
  const error = new PublicError({
    code: 'head-too-large',
    status: 431,
    caption,
    detail,
    headers: closing(request),
  })
  onRefused(error)
  sendProblem(request, response, error)
  return true
}

/** Whether a request target is too long for every route. */
export function isLongUrl({ url = '' }: Pick<IncomingMessage, 'url'>): boolean {
  return url.length > MAX_URL
}

/** The error for a request target that is too long. */
export function uriTooLong({ url = '' }: Pick<IncomingMessage, 'url'>): PublicError {
  const caption = `expected a URL of at most ${MAX_URL} characters`
  return new PublicError({
    code: 'uri-too-long',
    status: 414,
    caption,
    detail: `${caption}, got ${url.length}`,
  })
}

/** Node decodes heads as Latin-1, so that a character is a byte. */
function headBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  let length = method.length + url.length
  for (const text of rawHeaders) length += text.length + 2
  return length
}

/** Whether a client has cancelled its request, or closed the connection. */
export function isCancelled(request: IncomingMessage): boolean {
  const { stream } = request as { stream?: { closed?: boolean; destroyed?: boolean } }
  if (request.httpVersionMajor < 2) return request.socket?.destroyed === true
  return stream?.closed === true || stream?.destroyed === true
}

/** A client that sends such heads keeps no connection; over HTTP/2 the header is not allowed. */
function closing({ httpVersionMajor }: IncomingMessage): Record<string, string> {
  return httpVersionMajor < 2 ? { Connection: 'close' } : {}
}
