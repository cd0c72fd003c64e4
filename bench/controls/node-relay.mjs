/**
 * The least that Node does for a relay: what comes from a multipart stream goes to each viewer as it comes, unread and from one
 * memory. Prints its port.
 *
 *   node node-relay.mjs <port of the stream>
 */
import { createServer } from 'node:http'
import { connect } from 'node:net'

const viewers = new Set()
const server = createServer((_request, response) => {
  response.useChunkedEncodingByDefault = false
  response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=b' }).flushHeaders()
  const { socket } = response
  viewers.add(socket)
  socket.on('close', () => viewers.delete(socket))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

const source = connect({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  onread: {
    buffer: Buffer.allocUnsafeSlow(262_144),
    callback(count, memory) {
      const bytes = Buffer.from(memory.buffer, memory.byteOffset, count)
      for (const socket of viewers) socket.write(bytes)
      return true
    },
  },
})
source.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
