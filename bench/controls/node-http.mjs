/**
 * The obvious implementation: `http` and `res.write`. Prints its port.
 *
 *   node node-http.mjs <bare | seven> <bytes of a frame> <frames a second>
 *
 * `bare` writes a whole part at once; `seven` is the counter of 2012, which wrote each line of it.
 */
import { randomFillSync } from 'node:crypto'
import { createServer } from 'node:http'

const [way, size, rate] = process.argv.slice(2)
const BOUNDARY = 'control-0123456789abcdef0123456'
const NEXT_HEAD = `\r\n--${BOUNDARY}\r\nContent-Type: image/png\r\n\r\n`
const responses = new Set()
let picture = draw()

function draw() {
  return randomFillSync(Buffer.allocUnsafe(Number(size)))
}

const WAYS = {
  bare: {
    begin: (response) => response.write(`--${BOUNDARY}\r\nContent-Type: image/png\r\n\r\n`),
    toPart: () => Buffer.concat([picture, Buffer.from(NEXT_HEAD)]),
    write: (response, part) => response.write(part),
  },
  seven: {
    begin: () => {},
    toPart: () => picture,
    write(response, part) {
      response.write(`--${BOUNDARY}\r\n`)
      response.write('Content-Type: image/png\r\n')
      response.write(`Content-Length: ${part.length}\r\n`)
      response.write('\r\n')
      response.write(part, 'binary')
      response.write('\r\n')
      response.write('\r\n')
    },
  },
}
const { begin, toPart, write } = WAYS[way]
let part = toPart()

const server = createServer((request, response) => {
  response.writeHead(200, {
    'Content-Type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Access-Control-Allow-Origin': '*',
  })
  begin(response)
  write(response, part)
  // With seven writes, a picture is shown only when the boundary of the next one arrives.
  if (way === 'seven') write(response, part)
  responses.add(response)
  request.on('close', () => responses.delete(response))
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(server.address().port))
if (Number(rate) > 0) {
  setInterval(() => {
    picture = draw()
    part = toPart()
    for (const response of responses) write(response, part)
  }, 1000 / Number(rate))
}
