import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { PublicError } from '../errors.ts'

/** @throws PublicError 401 where a request does not have the token. */
export function checkToken(request: IncomingMessage, token: string): void {
  const given = /^Bearer +([^ ].*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (isToken(given, token)) return
  throw new PublicError({
    code: 'unauthorized',
    status: 401,
    caption: 'expected the header Authorization: Bearer <token>',
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}

/** Compares digests, in constant time: neither the token's length nor its beginning can be found out by trying. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}
