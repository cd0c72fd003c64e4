/**
 * Viewers over WebSockets: raw sockets that count binary messages, without a library whose cost would be theirs.
 * Commands on standard input: `open <viewers> <path of a picture>` and `count`.
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const port = Number(process.argv[2])
const PATIENCE = 60_000
const BINARY = 2
let frames = 0

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

/** A masked text message (RFC 6455, section 5.2); the mask is zero. */
function textMessage(text) {
  const body = Buffer.from(text)
  const head = Buffer.alloc(8)
  head[0] = 0x81
  head[1] = 0x80 | 126
  head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

/** Resolves at its first frame. */
function open(path) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13'
    socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`)
    let left = Buffer.alloc(0)
    let skip = 0
    let isOpen = false
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      if (skip >= chunk.length) {
        skip -= chunk.length
        return
      }
      let bytes = Buffer.concat([left, chunk.subarray(skip)])
      skip = 0
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) {
          left = bytes
          return
        }
        isOpen = true
        bytes = bytes.subarray(end + 4)
        socket.write(textMessage(JSON.stringify({ subscribe: [path] })))
      }
      while (bytes.length >= 10 || (bytes.length >= 2 && bytes.length >= 2 + (bytes[1] & 127))) {
        const short = bytes[1] & 127
        const head = short === 126 ? 4 : short === 127 ? 10 : 2
        const length =
          short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
        if ((bytes[0] & 15) === BINARY) {
          frames += 1
          resolve()
        }
        skip = Math.max(0, head + length - bytes.length)
        bytes = bytes.subarray(head + length)
      }
      left = bytes
    })
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, count, path] = line.split(' ')
  if (command === 'open') {
    const all = Promise.all(Array.from({ length: Number(count) }, () => open(path)))
    await Promise.race([all, new Promise((_, reject) => setTimeout(reject, PATIENCE))])
    answer({ opened: Number(count) })
  } else {
    answer({ frames })
    frames = 0
  }
}
process.exit(0)
