import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import express, { type Router } from 'express'
import http2Express from 'http2-express'
import proxyAddress from 'proxy-addr'
import { refuseLargeHead } from './head-limits.ts'
import type { PageRequest } from './page/site.ts'
import type { Pictures } from './picture/pictures.ts'
import { isPictureUrl } from './picture-path.ts'

/** Handles a request of `node:http` or, in its compatibility API, of `node:http2`. */
export type Handler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void

/** What the handler dispatches to. */
export interface HandlerInit {
  pictures: Pictures
  router: Router
  /** As Express's `trust proxy`: which proxies are believed; undefined believes none. */
  trustProxy: string | undefined
}

/** Whether an address is that of a trusted proxy, `hops` proxies away. */
type Trusts = (address: string, hops: number) => boolean

/**
 * All routes as a plain handler. Pictures need no Express: it gives each request and response another prototype, and
 * with it a shape of its own, at 3 kB a viewer.
 */
export function createHandler({ pictures, router, trustProxy }: HandlerInit): Handler {
  // Express's own request and response extend those of HTTP/1.1; the bridge extends both kinds.
  const app = http2Express(express)
  app.disable('x-powered-by')
  if (trustProxy !== undefined)
    app.set('trust proxy', /^\d+$/.test(trustProxy) ? Number(trustProxy) : trustProxy)
  app.use(router)
  const trusts = app.get('trust proxy fn') as Trusts
  return (anyRequest, anyResponse) => {
    // The compatibility API of HTTP/2 has the same methods; the types do not say so.
    const request = anyRequest as IncomingMessage
    const response = anyResponse as ServerResponse
    if (refuseLargeHead(request, response)) return
    if (!isPictureUrl(request.url ?? '')) return void app(request as never, response as never)
    const origin: Pick<PageRequest, 'ip' | 'protocol'> = {
      ip: proxyAddress(request, trusts),
      protocol: protocolOf(request, trusts),
    }
    void pictures.handle(Object.assign(request, origin), response)
  }
}

/** The protocol that the client used, as Express's `request.protocol`. */
function protocolOf({ socket, headers }: IncomingMessage, trusts: Trusts): 'http' | 'https' {
  const isEncrypted = (socket as Partial<TLSSocket>).encrypted === true
  const forwarded = headers['x-forwarded-proto']
  if (forwarded === undefined || !trusts(socket.remoteAddress ?? '', 0)) return isEncrypted ? 'https' : 'http'
  return String(forwarded).split(',', 1)[0]?.trim() === 'https' ? 'https' : 'http'
}
