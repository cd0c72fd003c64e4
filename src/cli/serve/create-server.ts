import { createServer, type Server } from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { Logger } from 'pino'
import type { Imgcast } from '../../imgcast/imgcast-interface.ts'
import type { Options } from '../../imgcast/options.ts'
import { readCertificate, watchCertificate } from './watch-certificate.ts'

/** Milliseconds that a TLS handshake may take. */
const HANDSHAKE_TIMEOUT = 10_000
/** Header fields of a request over HTTP/2: browsers send about 20, and one for each cookie. */
const MAX_HEADER_FIELDS = 100

/** Creates the server of a command, with its certificate and its limits. It does not listen yet. */
export function createServerFor(
  options: Pick<Options, 'tlsCert' | 'tlsKey'>,
  imgcast: Imgcast,
  log: Logger,
): Server | Http2SecureServer {
  const server = createBareServer(options, log)
  imgcast.protect(server)
  server.on('request', imgcast.handler)
  server.on('upgrade', imgcast.upgrade)
  return server
}

function createBareServer(
  { tlsCert, tlsKey }: Pick<Options, 'tlsCert' | 'tlsKey'>,
  log: Logger,
): Server | Http2SecureServer {
  if (tlsCert === undefined || tlsKey === undefined) return createServer()
  const server = createSecureServer({
    ...readCertificate({ tlsCert, tlsKey }),
    allowHTTP1: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    maxHeaderListPairs: MAX_HEADER_FIELDS,
  })
  watchCertificate(server, { tlsCert, tlsKey }, log)
  return server
}
