/** The same as viewers.c, for machines without a C compiler. It costs more than the subjects that it measures, which affects the figures. */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const IN_FLIGHT = 128
const OPEN_PATIENCE = 60_000
const JOIN_PATIENCE = 20_000

const [port, sources] = process.argv.slice(2).map(Number)
const viewers = new Set()
let serial = 0
let boundary
let parts = 0
let bytes = 0

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

function summary(name, times, failed) {
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? -1
  return { [name]: times.length, failed, p50: at(0.5), p99: at(0.99), last: times.at(-1) ?? -1 }
}

class Viewer {
  askedAt = performance.now()
  firstAt
  nextAt
  #boundaries = 0
  #head = Buffer.alloc(0)
  #tail = Buffer.alloc(0)

  constructor(request) {
    this.over = new Promise((resolve) => {
      this.onFirst = resolve
    })
    serial += 1
    this.socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (serial % sources)}` })
    this.socket.setNoDelay(true)
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      viewers.delete(this)
      this.onFirst(undefined)
    })
    this.socket.on('data', (chunk) => this.#take(chunk))
    this.socket.write(request.replace('#####', String(serial).padStart(5, '0')))
    viewers.add(this)
  }

  #take(chunk) {
    bytes += chunk.length
    if (!this.#head) return this.#scan(chunk)
    this.#head = Buffer.concat([this.#head, chunk])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#head.toString('latin1', 0, end)
    const found = /boundary=([^\r\n;]+)/i.exec(head)
    if (!head.startsWith('HTTP/1.1 200') || !found) return this.socket.destroy()
    boundary ??= Buffer.from(`--${found[1]}`)
    const body = this.#head.subarray(end + 4)
    this.#head = undefined
    this.#scan(body)
  }

  #scan(chunk) {
    const text = Buffer.concat([this.#tail, chunk])
    let times = 0
    for (let at = text.indexOf(boundary); at >= 0; at = text.indexOf(boundary, at + boundary.length))
      times += 1
    // One byte less than a boundary, so that the same boundary is not found twice.
    this.#tail = text.subarray(Math.max(0, text.length - boundary.length + 1))
    if (times === 0) return
    const before = this.#boundaries
    this.#boundaries += times
    if (this.#boundaries < 2) return
    parts += times - (before === 0 ? 1 : 0)
    const now = performance.now()
    this.firstAt ??= now
    this.onFirst(this.firstAt - this.askedAt)
    if (this.nextAt === undefined) {
      this.nextAt = now
      this.onNext?.(now)
    }
  }
}

function toRequest(path, agent) {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `User-Agent: ${agent}`,
    'Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    'Accept-Language: en-US,en;q=0.9',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Sec-Fetch-Dest: image',
    'Sec-Fetch-Mode: no-cors',
    'Sec-Fetch-Site: cross-site',
    'Referer: http://forum.example/',
    'Connection: keep-alive',
    '\r\n',
  ].join('\r\n')
}

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time))

async function open(count, over, request) {
  const from = performance.now()
  const made = []
  let settled = 0
  while (made.length < count) {
    const due = over > 0 ? ((performance.now() - from) / over) * count + 1 : settled + IN_FLIGHT
    for (; made.length < count && made.length < due; ) {
      const viewer = new Viewer(request)
      made.push(viewer)
      void viewer.over.then(() => {
        settled += 1
      })
    }
    await sleep(1)
  }
  await Promise.race([Promise.all(made.map(({ over }) => over)), sleep(over + OPEN_PATIENCE)])
  const times = made.flatMap(({ firstAt, askedAt }) => (firstAt === undefined ? [] : [firstAt - askedAt]))
  answer(summary('opened', times, count - times.length))
}

async function join(request) {
  const others = [...viewers]
  const all = others.map((viewer) => {
    viewer.nextAt = undefined
    return new Promise((resolve) => {
      viewer.onNext = resolve
    })
  })
  const from = performance.now()
  new Viewer(request)
  await Promise.race([Promise.all(all), sleep(JOIN_PATIENCE)])
  const times = others.flatMap(({ nextAt }) => (nextAt === undefined ? [] : [nextAt - from]))
  answer(summary('reached', times, others.length - times.length))
}

function leave(count) {
  const leaving = [...viewers].slice(0, count)
  for (const viewer of leaving) {
    viewers.delete(viewer)
    viewer.socket.resetAndDestroy()
  }
  return leaving.length
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(' ')
  if (command === 'open') {
    const [count, over, path, ...agent] = words
    await open(Number(count), Number(over), toRequest(path, agent.join(' ')))
  } else if (command === 'join') {
    const [path, ...agent] = words
    await join(toRequest(path, agent.join(' ')))
  } else if (command === 'count') {
    answer({ parts, bytes, alive: viewers.size })
    parts = 0
    bytes = 0
  } else if (command === 'leave') {
    answer({ closed: leave(Number(words[0])) })
  } else if (command === 'close') {
    answer({ closed: leave(viewers.size) })
    parts = 0
    bytes = 0
  }
}
process.exit(0)
