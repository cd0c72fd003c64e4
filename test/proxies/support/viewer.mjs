/**
 * Viewers of one proxy, for a network namespace of their own: one over HTTP/1.1 and one over HTTP/2 for every path.
 * Node runs this by itself, so it is plain JavaScript.
 */
import http2 from 'node:http2'
import https from 'node:https'
import tls from 'node:tls'

const { host, port, ca, paths, headers } =
  /** @type {{ host: string, port: number, ca: string, paths: string[], headers: Record<string, string> }} */ (
    JSON.parse(process.argv[2] ?? '{}')
  )
const servername = 'img.example.com'
const target = { host, port, ca, servername }

for (const path of paths) {
  const request = https.get({ ...target, path, headers: { ...headers, Host: servername }, agent: false })
  request.on('response', (response) => response.resume().on('error', () => {}))
  request.on('error', () => {})

  // A connection for each: what one stream sends would keep another one's connection from being probed.
  const createConnection = () => tls.connect({ ...target, ALPNProtocols: ['h2'] })
  const session = http2.connect(`https://${servername}`, { createConnection })
  session.on('error', () => {})
  const stream = session.request({ ':authority': servername, ':path': path, ...headers })
  stream.resume().on('error', () => {})
}
