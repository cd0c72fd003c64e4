/**
 * The obvious implementation over WebSockets: `ws`, and `client.send` of a shared Buffer. Prints its port.
 *
 *   node node-ws.mjs <bytes of a frame> <frames a second>
 */
import { randomFillSync } from 'node:crypto'
import { WebSocketServer } from 'ws'

const [size, rate] = process.argv.slice(2).map(Number)
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })

server.on('listening', () => process.stdout.write(`${server.address().port}\n`))
setInterval(() => {
  // Two bytes of an id, and the picture.
  const message = randomFillSync(Buffer.allocUnsafe(2 + size))
  for (const client of server.clients) client.send(message)
}, 1000 / rate)
