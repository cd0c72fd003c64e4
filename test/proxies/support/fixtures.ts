import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http'

type Pass = (from: IncomingMessage, to: ServerResponse) => void

/** A proxy that passes bytes on at once, and closes the upstream connection when its client leaves. */
export function attentive(upstream: string): RequestListener {
  return proxyTo(upstream, (from, to) => {
    from.on('data', (bytes) => to.write(bytes))
    to.on('close', () => from.destroy())
  })
}

/** A proxy that buffers bytes, and passes them on in one piece every given number of milliseconds. */
export function collecting(upstream: string, period: number): RequestListener {
  return proxyTo(upstream, (from, to) => {
    const chunks: Buffer[] = []
    from.on('data', (bytes: Buffer) => chunks.push(bytes))
    const timer = setInterval(() => chunks.length > 0 && to.write(Buffer.concat(chunks.splice(0))), period)
    from.on('close', () => clearInterval(timer))
    from.on('end', () => to.write(Buffer.concat(chunks.splice(0))))
    to.on('close', () => from.destroy())
  })
}

/** A proxy that keeps reading after its client has left. */
export function deaf(upstream: string): RequestListener {
  return proxyTo(upstream, (from, to) => {
    from.on('data', (bytes) => to.destroyed || to.write(bytes))
  })
}

/** As proxies should, it sets X-Forwarded-For to the client's address, whatever the client sent. */
function proxyTo(upstream: string, pass: Pass): RequestListener {
  return (asked, to) => {
    const headers = { ...asked.headers, 'x-forwarded-for': asked.socket.remoteAddress ?? '' }
    const path = asked.url ?? '/'
    const sent = request(upstream, { path, method: asked.method ?? 'GET', headers, agent: false })
    sent.on('error', () => to.destroy())
    sent.on('response', (from) => {
      const { connection: _, ...rest } = from.headers
      to.writeHead(from.statusCode ?? 502, rest)
      pass(from, to)
      from.on('error', () => to.destroy())
      from.on('end', () => to.end())
    })
    sent.end()
  }
}
