import type { RequestHandler } from 'express'

/** The headers that programs on other pages send: the token, the type of a body, and conditions. */
const HEADERS = 'Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID'

/**
 * Returns 204 to every preflight (Fetch, section 4.8): any page may call these methods. Without credentials, no other
 * origin can use the cookie of a session. An `OPTIONS` request that is no preflight passes, unless `all` is set.
 */
export function allowPreflights(methods: readonly string[], { all = false } = {}): RequestHandler {
  const allowed = [...methods, 'OPTIONS'].join(', ')
  const headers = {
    Allow: allowed,
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': allowed,
    'Access-Control-Allow-Headers': HEADERS,
    'Access-Control-Max-Age': '86400',
  }
  return (request, response, next) => {
    const isPreflight = request.headers['access-control-request-method'] !== undefined
    if (request.method === 'OPTIONS' && (all || isPreflight)) response.writeHead(204, headers).end()
    else next()
  }
}
