import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express, type Router } from 'express'
import http2Express from 'http2-express'
import { type PublicError, quote } from '../errors.ts'
import { addressGroup } from '../system/address-group.ts'
import { refuseWrongEdge } from './edge-viewer.ts'
import type { FailureLog } from './failure-log.ts'
import { isCancelled, refuseLargeHead } from './head-limits.ts'
import type { Pictures } from './picture/pictures.ts'
import { type Handler, isFromTrustedProxy, isHttp2, type PictureRequest } from './request.ts'
import { OWN_APP } from './router.ts'
import { RequestTurns } from './server/request-turns.ts'
import type { TokenGuard } from './token-guard.ts'

/** What the handler dispatches to. */
export interface HandlerInit {
  pictures: Pick<Pictures, 'isFor' | 'handle'>
  router: Router
  failures: FailureLog
  trust: Trust
  /** Knows the token, which edges have. */
  guard: Pick<TokenGuard, 'accepts' | 'refuse'>
}

/** The Express app with the setting `trust proxy`, as a request has it. */
export interface Trust {
  app: Express
}

/**
 * Makes the app that decides which proxies are trusted.
 * @param trustProxy as Express's `trust proxy`: which proxies are believed; undefined believes none.
 */
export function createTrust(trustProxy: string | undefined): Trust {
  // Express's own request and response extend those of HTTP/1.1; the bridge extends both kinds.
  const app = http2Express(copyOfExpress())
  app.disable('x-powered-by')
  if (trustProxy !== undefined)
    app.set('trust proxy', /^\d+$/.test(trustProxy) ? Number(trustProxy) : trustProxy)
  return { app }
}

/** The bridge changes the `application` of the Express that it gets, and with it every later app of the host: it gets a copy. */
function copyOfExpress(): typeof express {
  const application = Object.create(null, Object.getOwnPropertyDescriptors(express.application))
  return Object.assign(() => express(), express, { application })
}

/**
 * All routes as a plain handler. Pictures need no Express: it gives each request and response another prototype, and
 * with it a shape of its own, at 3 kB a viewer.
 */
export function createHandler({ pictures, router, failures, trust, guard }: HandlerInit): Handler {
  const { app } = trust
  app.set(OWN_APP, true)
  app.use(router)
  const turns = new RequestTurns()
  const handle = (request: PictureRequest, response: ServerResponse) => {
    // Koa begins each response with 404.
    response.statusCode = 200
    const noteRefusal = (error: PublicError) => failures.note(Object.assign(request, trust), error)
    if (refuseLargeHead(request, response, noteRefusal)) return
    if (refuseWrongEdge(request, response, guard, noteRefusal, trust)) return
    // The router has the preflights of all paths.
    if (request.method === 'OPTIONS' || !pictures.isFor(request.url ?? ''))
      return void app(request as never, response as never)
    request.app = app
    void pictures.handle(request, response)
  }
  return (anyRequest, anyResponse) => {
    // The compatibility API of HTTP/2 has the same methods; the types do not say so.
    const request: PictureRequest = anyRequest as IncomingMessage
    const response = anyResponse as ServerResponse
    // Over HTTP/1.1 a connection has one request at a time.
    if (!isHttp2(request)) return handle(request, response)
    const { socket } = request
    turns.take({
      network: isFromTrustedProxy({ socket, ...trust })
        ? undefined
        : addressGroup(socket.remoteAddress ?? ''),
      isCancelled: () => isCancelled(request),
      handle: () => handle(request, response),
    })
  }
}

/** Returns the handler for a path of a host app: pages and redirects then stay below it. Other paths are not changed. */
export function handlerAt(path: string, handler: Handler): Handler {
  if (!/^(\/[\w.~-]+)+$/.test(path))
    throw new TypeError(`expected a path like /live, without a slash at its end, got ${quote(path)}`)
  return (request, response) => {
    const { url = '' } = request
    if (url.startsWith(path) && /^([/?]|$)/.test(url.slice(path.length))) {
      const below = url.slice(path.length)
      // Express's names, which are read wherever a path of the server's own is written.
      Object.assign(request, { baseUrl: path, url: below.startsWith('/') ? below : `/${below}` })
    }
    handler(request, response)
  }
}
