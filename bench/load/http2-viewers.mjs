/**
 * Viewers over HTTP/2, 100 on each connection, as a page of that many pictures.
 *
 *   node http2-viewers.mjs <port> <viewers> <path>
 *
 * Prints a line when all have a picture; then for each line of its input the number of parts since the last one.
 */
import { connect } from 'node:http2'
import { createInterface } from 'node:readline'

const STREAMS = 100
/** What Chromium takes of a stream and of a connection before it acknowledges. */
const [STREAM_WINDOW, SESSION_WINDOW] = [6_291_456, 15_728_640]
const MARK = Buffer.from('Content-Type: image/')
const HEADERS = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'sec-fetch-dest': 'image',
}

const [port, count, path] = process.argv.slice(2)
let parts = 0
let waiting = Number(count)

for (let left = Number(count); left > 0; left -= STREAMS) openSession(Math.min(left, STREAMS))

function openSession(streams) {
  const session = connect(`https://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
    settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
  })
  session.once('connect', () => {
    session.setLocalWindowSize(SESSION_WINDOW)
    for (let index = 0; index < streams; index += 1) openStream(session)
  })
}

function openStream(session) {
  const stream = session.request({ ':path': path, ...HEADERS })
  let tail = Buffer.alloc(0)
  let isShown = false
  stream.on('data', (bytes) => {
    const found = countMarks(tail, bytes)
    tail = bytes.subarray(-(MARK.length - 1))
    parts += found
    if (isShown || found === 0) return
    isShown = true
    waiting -= 1
    if (waiting === 0) process.stdout.write('ready\n')
  })
  stream.once('close', () => {
    process.stderr.write('a viewer over HTTP/2 was closed\n')
    process.exit(1)
  })
}

/** A mark may be cut by the end of a chunk. */
function countMarks(tail, bytes) {
  const seam = Buffer.concat([tail, bytes.subarray(0, MARK.length - 1)])
  let found = seam.includes(MARK) ? 1 : 0
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + MARK.length)) found += 1
  return found
}

createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write(`${parts}\n`)
  parts = 0
})
