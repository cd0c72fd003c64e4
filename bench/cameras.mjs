/**
 * Measures cameras: the cost of a delivered frame, a slow viewer among fast ones, the time from the source to a viewer, and a
 * house of sixteen cameras.
 *
 *     npm run build && node bench/cameras.mjs [cost|slow|latency|house ...]
 *
 * Frames are pushed by this process, 1280x720 and 30 a second, unless a row says otherwise. `slow` needs root (a network
 * namespace and tc), `house` needs ffmpeg.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import WebSocket from 'ws'
import { CHROMIUM, Viewers } from './load.mjs'
import { startC, startImgcast, startNodeRelay, startUstreamer } from './servers.mjs'
import { childrenOf, processorTime, residentBytes } from './system.mjs'

const TOKEN = 'a-token-of-the-bench'
const FPS = 30
const [SETTLING, LASTS] = [3_000, 8_000]
/**
 * A camera runs for weeks. First it shows as many frames as in three minutes, after which V8 has compiled what it compiles; then V8
 * needs some twenty seconds at the camera's own rate to find that its memory has stopped growing, and collects it twice.
 */
const WARMING = { fps: 250, lasts: 20_000 }
const CALMING = 25_000
const COST_LASTS = 20_000
const COMMENT = Buffer.from('fffe000a', 'hex')
const HEADERS = { 'User-Agent': CHROMIUM, Accept: 'image/*', 'Sec-Fetch-Dest': 'image' }
const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-cameras-'))
const rows = { cost, slow, latency, house }

if (process.argv[2] === 'watch') await watchAlone(JSON.parse(process.argv[3]))
else {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(rows)
  try {
    for (const name of chosen) await rows[name]()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  process.exit()
}

/** A JPEG of about 60 kB, which takes half a second over 1 Mbit/s. */
function toJpeg(seed, width = 1280, height = 720) {
  const canvas = createCanvas(width, height)
  const ctx = canvas.getContext('2d')
  for (let index = 0; index < 250; index += 1) {
    ctx.fillStyle = `hsl(${(index * 37 + seed * 11) % 360} 60% 50%)`
    ctx.fillRect((index * 97) % width, (index * 53 + seed * 7) % height, 40, 30)
  }
  return canvas.toBuffer('image/jpeg', 60)
}

/** Writes the time into a comment of a JPEG, which passes untouched. */
function stamp(jpeg) {
  const time = Buffer.alloc(8)
  time.writeDoubleBE(Date.now())
  return Buffer.concat([jpeg.subarray(0, 2), COMMENT, time, jpeg.subarray(2)])
}

function readStamp(bytes) {
  const at = bytes.indexOf(COMMENT)
  return at < 0 ? undefined : bytes.readDoubleBE(at + COMMENT.length)
}

function serve(cameras, ...args) {
  const file = join(folder, 'cameras.json')
  writeFileSync(file, JSON.stringify(cameras))
  const limits = ['--live-per-browser', '0', '--max-cameras', '32', '--cameras', file]
  return startImgcast([...limits, ...args], [], { IMGCAST_TOKEN: TOKEN })
}

function writePart(out, bytes) {
  out.write(`--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`)
  out.write(bytes)
  out.write('\r\n')
}

/** Pushes frames for as long as it is not stopped. */
function push(port, next, fps = FPS) {
  const headers = {
    Authorization: `Bearer ${TOKEN}`,
    'Content-Type': 'multipart/x-mixed-replace; boundary=b',
  }
  const path = '/api/cameras/robot/frames'
  const out = request({ host: '127.0.0.1', port, path, method: 'POST', headers }).on('error', () => {})
  let sent = 0
  const timer = setInterval(() => {
    const bytes = next()
    writePart(out, bytes)
    sent += 1
  }, 1000 / fps)
  return {
    get sent() {
      return sent
    },
    end: () => {
      clearInterval(timer)
      out.destroy()
    },
  }
}

/** Opens a stream and calls back with each frame; machine framing, so that each has a length. */
function watch(host, port, path, onFrame) {
  const asked = request({ host, port, path, headers: { 'User-Agent': 'Lavf/59' } }, (response) => {
    let pending = Buffer.alloc(0)
    response.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        const head = pending.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(pending.toString('latin1', 0, head))?.[1])
        if (head < 0 || !(pending.length >= head + 4 + length)) return
        onFrame(pending.subarray(head + 4, head + 4 + length))
        pending = pending.subarray(head + 4 + length)
      }
    })
  })
  asked.on('error', () => {})
  asked.end()
  return () => asked.destroy()
}

/** The command `watch`: prints the age of each frame on its arrival, on a line each. */
async function watchAlone({ host, port, path }) {
  watch(host, port, path, (bytes) => process.stdout.write(`${Date.now() - (readStamp(bytes) ?? 0)}\n`))
  await sleep(3_600_000)
}

/** A camera of the network: frames on a port, as a multipart stream, each to all that have asked. */
async function startSource(next) {
  const clients = new Set()
  const server = createServer((_request, response) => {
    response.useChunkedEncodingByDefault = false
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=b', Connection: 'close' })
    clients.add(response)
    response.on('close', () => clients.delete(response))
  })
  const show = () => {
    const bytes = next()
    for (const response of clients) {
      response.cork()
      writePart(response, bytes)
      response.uncork()
    }
  }
  let timer
  const pace = (fps) => {
    clearInterval(timer)
    timer = setInterval(show, 1000 / fps)
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const end = () => {
    clearInterval(timer)
    server.close()
    server.closeAllConnections()
  }
  return { port: server.address().port, pace, end }
}

async function cost() {
  const frames = [0, 1, 2].map((seed) => toJpeg(seed))
  const bytes = Math.max(...frames.map(({ length }) => length)) + 100
  let turn = 0
  const source = await startSource(() => stamp(frames[turn++ % 3]))
  const { port } = source
  const warm = async () => {
    source.pace(WARMING.fps)
    await sleep(WARMING.lasts)
    source.pace(FPS)
    await sleep(CALMING)
  }
  console.log(`\nProcessor time of the server for each delivered frame of ${frames[0].length} bytes, µs.`)
  console.log('All receive the frames of one source at the same time and pass them on; Node alone does not')
  console.log('read them.\n')
  console.log('| Viewers | Imgcast | Node alone | The C program | of Node alone | of the C program |')
  console.log('| --: | --: | --: | --: | --: | --: |')
  for (const count of [1, 10, 50]) {
    const ours = await serve({ robot: { source: `http://127.0.0.1:${port}/` } })
    const alone = await startNodeRelay(port)
    const c = await startC({ bytes, source: port })
    const measured = [
      { server: ours, path: '/camera/robot.jpg' },
      { server: alone, path: '/' },
      ...(c ? [{ server: c, path: '/stream' }] : []),
    ]
    const [its, nodes, limit = Number.NaN] = await measureCosts(measured, count, warm)
    await Promise.all(measured.map(({ server }) => server.end()))
    const cells = [its, nodes, limit].map((cost) => cost.toFixed(1))
    const ratios = [its / nodes, its / limit].map((ratio) => ratio.toFixed(2))
    console.log(`| ${[count, ...cells, ...ratios].join(' | ')} |`)
  }
  source.end()
  const ustreamer = await startUstreamer()
  if (!ustreamer) return
  const [its] = await measureCosts([{ server: ustreamer, path: '/stream' }], 50)
  await ustreamer.end()
  console.log(
    `\nustreamer, its picture without a device (14 kB, once a second), 50 viewers: ${its.toFixed(1)} µs`,
  )
}

/** The processor time of each server for a delivered frame, in µs, all measured at the same time. */
async function measureCosts(measured, count, settle = () => sleep(SETTLING)) {
  const all = []
  for (const { server, path } of measured) {
    const viewers = new Viewers(server.port)
    await viewers.open(count, path)
    all.push({ pid: server.pid, viewers })
  }
  await settle()
  for (const each of all) {
    await each.viewers.count()
    each.before = processorTime(each.pid)
  }
  await sleep(COST_LASTS)
  const costs = []
  for (const { pid, viewers, before } of all) {
    const used = processorTime(pid) - before
    costs.push((used * 1000) / (await viewers.count()).parts)
    await viewers.end()
  }
  return costs
}

async function slow() {
  const name = `imgcast-bench-${process.pid}`
  const ip = (...words) => execFileSync('ip', words)
  ip('netns', 'add', name)
  try {
    ip('link', 'add', 'icbench0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
    ip('address', 'add', '198.18.9.1/24', 'dev', 'icbench0')
    ip('link', 'set', 'icbench0', 'up')
    ip('-n', name, 'address', 'add', '198.18.9.2/24', 'dev', 'eth0')
    ip('-n', name, 'link', 'set', 'eth0', 'up')
    const shaper = ['root', 'tbf', 'rate', '1mbit', 'burst', '4kb', 'latency', '150ms']
    execFileSync('tc', ['qdisc', 'add', 'dev', 'icbench0', ...shaper])
    const server = await serve({ robot: { kind: 'push' } }, '--host', '0.0.0.0')
    const frames = [0, 1, 2].map((seed) => toJpeg(seed))
    let turn = 0
    const pushing = push(server.port, () => stamp(frames[turn++ % 3]))
    const path = '/camera/robot.mjpeg'
    const ages = []
    const place = { host: '198.18.9.1', port: server.port, path }
    const self = fileURLToPath(import.meta.url)
    const far = spawn('ip', ['netns', 'exec', name, process.execPath, self, 'watch', JSON.stringify(place)])
    far.stdout.on('data', (text) => ages.push(...String(text).trim().split('\n').map(Number)))
    const viewers = new Viewers(server.port)
    await viewers.open(49, path)
    await sleep(SETTLING)
    await viewers.count()
    ages.length = 0
    const sent = pushing.sent
    await sleep(15_000)
    const { parts } = await viewers.count()
    const expected = (pushing.sent - sent) * 49
    far.kill('SIGKILL')
    pushing.end()
    await viewers.end()
    await server.end()
    const sorted = ages.toSorted((a, b) => a - b)
    console.log(
      `\n50 viewers of ${FPS} frames of ${frames[0].length} bytes a second, one of them over 1 Mbit/s:`,
    )
    console.log(
      `the slow one got ${ages.length} frames, ${sorted[Math.floor(sorted.length / 2)]} ms old (median), ${sorted.at(-1)} ms (oldest);`,
      `the 49 others got ${parts} of ${expected} frames (${((parts / expected) * 100).toFixed(1)} %)`,
    )
  } finally {
    ip('netns', 'delete', name)
  }
}

/** Draws the time as 32 black or white squares, so that it survives decoding and scaling. */
function drawTime(width, height) {
  const canvas = createCanvas(width, height)
  const ctx = canvas.getContext('2d')
  ctx.fillStyle = '#456'
  ctx.fillRect(0, 0, width, height)
  const time = Date.now() % 2 ** 31
  for (let bit = 0; bit < 32; bit += 1) {
    ctx.fillStyle = (time / 2 ** bit) & 1 ? '#fff' : '#000'
    ctx.fillRect((bit * width) / 32, 0, width / 32, height / 4)
  }
  return canvas.toBuffer('image/jpeg', 80)
}

async function readTime(bytes) {
  const image = await loadImage(bytes)
  const canvas = createCanvas(image.width, image.height)
  const ctx = canvas.getContext('2d')
  ctx.drawImage(image, 0, 0)
  const row = ctx.getImageData(0, Math.floor(image.height / 8), image.width, 1).data
  let time = 0
  for (let bit = 0; bit < 32; bit += 1)
    if (row[Math.floor(((bit + 0.5) * image.width) / 32) * 4] > 127) time += 2 ** bit
  return time
}

async function latency() {
  const server = await serve({ robot: { kind: 'push' } })
  const pushing = push(server.port, () => drawTime(1280, 720), 10)
  console.log('\nFrom the drawing of a 1280x720 frame at its source to its arrival at a viewer, ms\n')
  console.log('| Picture | Median | 95 of 100 |')
  console.log('| --- | --- | --- |')
  for (const path of ['/camera/robot.mjpeg', '/camera/robot.mjpeg?width=640']) {
    const arrived = []
    const stop = watch('127.0.0.1', server.port, path, (bytes) =>
      arrived.push({ at: Date.now() % 2 ** 31, bytes: Buffer.from(bytes) }),
    )
    await sleep(LASTS)
    stop()
    const ages = []
    for (const { at, bytes } of arrived.slice(5)) ages.push(at - (await readTime(bytes)))
    const sorted = ages.toSorted((a, b) => a - b)
    const [median, most] = [0.5, 0.95].map((share) => sorted[Math.floor(sorted.length * share)])
    console.log(`| \`${path}\`, ${sorted.length} frames | ${median} | ${most} |`)
  }
  pushing.end()
  await server.end()
}

async function house() {
  const keys = Array.from({ length: 16 }, (_, index) => `c${index + 1}`)
  const source = 'testsrc=size=640x360:rate=10'
  const cameras = Object.fromEntries(
    keys.map((key) => [key, { source, input: ['-re', '-f', 'lavfi'], name: key }]),
  )
  console.log('\nSixteen cameras (testsrc, 640x360, 10 frames a second, one ffmpeg each)\n')
  console.log(
    '| Watched by | Frames a second | Server, cores | Rendering, cores | ffmpeg, cores | Server, MB | Processes |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  const grid = `/grid/wall.mjpeg?show=${keys.map((key) => `camera/${key}%3Fwidth=320`).join(',')}`
  const ways = {
    'one `grid` of 320x180 each': (port, onFrame) => [watch('127.0.0.1', port, grid, onFrame)],
    'sixteen streams': (port, onFrame) =>
      keys.map((key) => watch('127.0.0.1', port, `/camera/${key}.mjpeg`, onFrame)),
    'one WebSocket': (port, onFrame) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: HEADERS })
      socket.on('open', () =>
        socket.send(JSON.stringify({ subscribe: keys.map((key) => `/camera/${key}.jpg`) })),
      )
      socket.on('message', (_data, isBinary) => isBinary && onFrame())
      return [() => socket.terminate()]
    },
  }
  for (const [name, open] of Object.entries(ways)) {
    const server = await serve(cameras)
    let frames = 0
    const closes = open(server.port, () => {
      frames += 1
    })
    await sleep(SETTLING * 3)
    const children = childrenOf(server.pid)
    const isFfmpeg = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ffmpeg')
    const sum = (pids) => pids.reduce((all, pid) => all + processorTime(pid), 0)
    const [ffmpegs, renderers] = [children.filter(isFfmpeg), children.filter((pid) => !isFfmpeg(pid))]
    const [all, begun] = [[[server.pid], renderers, ffmpegs], frames]
    const before = all.map(sum)
    await sleep(LASTS)
    const cores = all.map((pids, index) => ((sum(pids) - before[index]) / LASTS).toFixed(2))
    const rate = ((frames - begun) / (LASTS / 1000)).toFixed(1)
    const memory = Math.round(residentBytes(server.pid) / 1e6)
    const processes = `${ffmpegs.length} ffmpeg, ${renderers.length} render`
    console.log(`| ${name} | ${rate} | ${cores.join(' | ')} | ${memory} | ${processes} |`)
    for (const close of closes) close()
    await server.end()
  }
}
