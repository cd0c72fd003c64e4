import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { secured } from './client.ts'
import type { Failure, Reach } from './observations.ts'

const PATIENCE = 4000

/** Checks that an address is reachable: name, connection, TLS. Never throws. */
export async function reach(url: URL, resolved: string | undefined): Promise<Reach> {
  const start = performance.now()
  const result: Reach = { url: url.href, dead: [], protocol: 'HTTP/1.1', redirects: [] }
  const name = url.hostname.replace(/^\[|\]$/g, '')
  let addresses: string[]
  try {
    addresses = resolved ? [resolved] : (await lookup(name, { all: true })).map(({ address }) => address)
  } catch (error) {
    return { ...result, failure: toFailure('name', error) }
  }
  let failure: Failure | undefined
  for (const address of addresses) {
    try {
      const socket = net.connect({ host: address, port: Number(secured({ url, address }).port) })
      await opened(socket, 'connect')
      socket.destroy()
      result.address ??= address
    } catch (error) {
      failure ??= toFailure('connection', error)
      result.dead.push(address)
    }
  }
  if (result.address === undefined) return { ...result, ...(failure && { failure }) }
  if (url.protocol === 'https:') {
    try {
      Object.assign(result, await shakeHands(url, result.address))
    } catch (error) {
      return { ...result, failure: toFailure('tls', error) }
    }
  }
  return { ...result, connected: performance.now() - start }
}

/** The protocol that a browser would negotiate, and its verdict on the certificate. */
async function shakeHands(url: URL, address: string): Promise<Pick<Reach, 'tls' | 'protocol'>> {
  const socket = tls.connect({ ...secured({ url, address }), ALPNProtocols: ['h2', 'http/1.1'] })
  await opened(socket, 'secureConnect')
  const { authorized, authorizationError, alpnProtocol } = socket
  const found = {
    version: socket.getProtocol() ?? 'TLS',
    validTo: socket.getPeerCertificate().valid_to ?? '',
    // An error code, although the types say otherwise.
    ...(!authorized && { fault: String(authorizationError) }),
  }
  socket.destroy()
  return { tls: found, protocol: alpnProtocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1' }
}

async function opened(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(PATIENCE) })
  } catch (error) {
    socket.destroy()
    if ((error as Error).name !== 'AbortError') throw error
    throw Object.assign(new Error(`no response within ${PATIENCE} ms`), { code: 'ETIMEDOUT' })
  } finally {
    socket.on('error', () => {})
  }
}

/** An error as a failure of one stage. */
export function toFailure(stage: Failure['stage'], error: unknown): Failure {
  const { code = 'UNKNOWN', message, reason } = error as NodeJS.ErrnoException & { reason?: string }
  // OpenSSL's messages contain its source files; its reason is readable.
  return { stage, code, message: reason ?? message }
}
