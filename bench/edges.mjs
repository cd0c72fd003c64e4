/**
 * Measures what the viewers of an edge's edge cost the origin.
 *
 *     npm run build && node bench/edges.mjs [seconds a row]
 *
 * An origin in this process, an edge of it and an edge of that edge as commands, over loopback. All viewers watch one
 * `sine`, two frames a second. The control rows have the same viewers at the origin itself.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { createImgcast } from '../dist/src/imgcast.js'

const SECONDS = Number(process.argv[2] ?? 10)
const VIEWERS = [10, 100, 1_000]
const PICTURE = '/sine/bench.png?fps=2&delivery=stream'
const TOKEN = 'a-token-of-the-bench'

const imgcast = await createImgcast({
  ...{ token: TOKEN, workers: 1, log: pino({ level: 'error' }) },
  // Direct sends are not in the sockets' own counts.
  ...{ maxConnectionsPerAddress: 2_000, directSend: 'off' },
})
const sockets = new Set()
let ended = 0
const server = createServer(imgcast.handler).on('upgrade', imgcast.upgrade)
server.on('connection', (socket) => {
  sockets.add(socket)
  socket.once('close', () => {
    sockets.delete(socket)
    ended += socket.bytesWritten
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = server.address().port
const middle = await startEdge(origin)
const leaf = await startEdge(middle.port)
try {
  console.log(
    '| Row | Frames a second and viewer | Bytes a second from the origin | Bytes a second to viewers |',
  )
  console.log('| --- | --- | --- | --- |')
  for (const viewers of VIEWERS) await measure(`${viewers} viewers at the edge's edge`, leaf.port, viewers)
  for (const viewers of VIEWERS) await measure(`control: ${viewers} viewers at the origin`, origin, viewers)
} finally {
  for (const { child } of [leaf, middle]) child.kill()
  server.close()
  await imgcast.close()
  server.closeAllConnections()
}

async function startEdge(upstream) {
  const bin = fileURLToPath(new URL('../bin/imgcast.cjs', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      ...[bin, '--port', '0', '--upstream', `http://127.0.0.1:${upstream}`, '--log-level', 'error'],
      ...['--max-connections-per-address', '2000'],
    ],
    { env: { ...process.env, IMGCAST_UPSTREAM_TOKEN: TOKEN }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(child.stdout, 'data')
  return { child, port: Number(new URL(JSON.parse(String(line)).address).port) }
}

async function measure(row, port, count) {
  const viewers = await Promise.all(Array.from({ length: count }, () => watch(port)))
  await sleep(2_000)
  const before = { sent: sent(), at: performance.now() }
  for (const viewer of viewers) viewer.reset()
  await sleep(SECONDS * 1_000)
  const seconds = (performance.now() - before.at) / 1_000
  const fromOrigin = (sent() - before.sent) / seconds
  const bytes = viewers.reduce((sum, viewer) => sum + viewer.bytes, 0) / seconds
  const frames = viewers.reduce((sum, viewer) => sum + viewer.frames, 0) / count / seconds
  console.log(`| ${row} | ${frames.toFixed(1)} | ${format(fromOrigin)} | ${format(bytes)} |`)
  for (const viewer of viewers) viewer.socket.destroy()
  await sleep(1_000)
}

/** Opens the picture, and counts bytes and the ends of PNGs. */
async function watch(port) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET ${PICTURE} HTTP/1.1\r\nHost: localhost:${port}\r\nSec-Fetch-Dest: image\r\n\r\n`)
  const viewer = {
    socket,
    ...{ bytes: 0, frames: 0 },
    reset() {
      this.bytes = 0
      this.frames = 0
    },
  }
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    viewer.bytes += chunk.length
    for (let at = chunk.indexOf('IEND'); at >= 0; at = chunk.indexOf('IEND', at + 4)) viewer.frames += 1
  })
  return viewer
}

/** Bytes that the origin has sent on all sockets. */
function sent() {
  let sum = ended
  for (const { bytesWritten } of sockets) sum += bytesWritten
  return sum
}

function format(bytes) {
  return Math.round(bytes).toLocaleString('en-US')
}
