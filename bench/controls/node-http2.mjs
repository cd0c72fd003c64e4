/**
 * The obvious implementation over HTTP/2: `node:http2`, and one `stream.write` of a shared Buffer. Prints its port.
 *
 *   node node-http2.mjs <certificate> <key> <bytes of a frame> <frames a second>
 */
import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'

const [cert, key, size, rate] = process.argv.slice(2)
const BOUNDARY = 'control-0123456789abcdef0123456'
const NEXT_HEAD = `\r\n--${BOUNDARY}\r\nContent-Type: image/png\r\n\r\n`
const streams = new Set()
let part = toPart()

function toPart() {
  return Buffer.concat([randomFillSync(Buffer.allocUnsafe(Number(size))), Buffer.from(NEXT_HEAD)])
}

const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) })
server.on('stream', (stream) => {
  stream.respond({
    ':status': 200,
    'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
    'cache-control': 'no-store, no-transform',
  })
  stream.write(`--${BOUNDARY}\r\nContent-Type: image/png\r\n\r\n`)
  stream.write(part)
  streams.add(stream)
  stream.on('error', () => {})
  stream.on('close', () => streams.delete(stream))
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(server.address().port))
setInterval(() => {
  part = toPart()
  for (const stream of streams) stream.write(part)
}, 1000 / Number(rate))
