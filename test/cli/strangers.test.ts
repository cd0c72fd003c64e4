import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../support/certificate.ts'
import { type RunningServer, serveCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import {
  CANCEL,
  END_HEADERS,
  END_STREAM,
  field,
  frame,
  HEADERS,
  head,
  openRaw,
  RST_STREAM,
} from '../support/http2-frames.ts'

const MB = 1024 * 1024
const TIMEOUT = 120_000
const TOKEN = 'a-token-of-the-tests'
let folder: string
const servers: RunningServer[] = []
const attackers: TLSSocket[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-'))
  const { cert, key } = makeCertificate()
  writeFileSync(join(folder, 'cert.pem'), cert)
  writeFileSync(join(folder, 'key.pem'), key)
})

afterEach(async () => {
  for (const socket of attackers.splice(0)) socket.destroy()
  for (const { child, ended } of servers.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

async function start(...args: string[]): Promise<RunningServer & { port: number }> {
  const server = await serveCommand(args, { IMGCAST_TOKEN: TOKEN })
  servers.push(server)
  return { ...server, port: Number(new URL(server.url).port) }
}

function startSecure() {
  return start('--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem'))
}

/** Memory of a process, in bytes. */
function memoryOf(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/** Sends the result of `next` on the given number of connections until all are closed or everything is sent. */
async function attack(port: number, connections: number, next: (stream: number) => Buffer, window?: number) {
  const ended = Array.from({ length: connections }, async () => {
    const socket = await openRaw(port, window)
    attackers.push(socket)
    // The server must end it.
    socket.on('error', () => {})
    for (let stream = 1; stream < 12_000 && socket.writable; stream += 40) {
      const frames = Array.from({ length: 20 }, (_, index) => next(stream + 2 * index))
      if (socket.write(Buffer.concat(frames))) await new Promise(setImmediate)
      else await Promise.race(['drain', 'close', 'error'].map((event) => once(socket, event))).catch(() => {})
    }
  })
  await Promise.all(ended)
}

/** The metrics, over a new connection of HTTP/1.1. */
async function metricsOf(port: number): Promise<string> {
  const headers = { Authorization: `Bearer ${TOKEN}` }
  const options = {
    host: '127.0.0.1',
    port,
    path: '/metrics',
    headers,
    rejectUnauthorized: false,
    agent: false,
  }
  const [response] = (await once(get(options), 'response')) as [IncomingMessage]
  return text(response)
}

async function statusOver2(session: ClientHttp2Session, path: string): Promise<unknown> {
  const stream = session.request({ ':path': path })
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  stream.resume()
  return headers[':status']
}

describe.runIf(process.platform === 'linux')(
  'over HTTP/2, the memory of a server stays within 250 MB beside',
  () => {
    const entry = field('x', 'v'.repeat(3900), true)
    const references = Buffer.alloc(14, 0x80 | 62)
    test.each([
      [
        'requests that never end, each with a head of 60 kB in 20 bytes',
        (stream: number) =>
          frame(HEADERS, END_HEADERS, stream, head('/healthz', stream === 1 ? entry : references)),
        undefined,
      ],
      [
        'heads of 15 kB whose bodies never arrive',
        (stream: number) =>
          frame(HEADERS, END_HEADERS, stream, head('/online/a/click', field('x', 'v'.repeat(15_000)))),
        undefined,
      ],
      [
        'pages that are never received',
        (stream: number) =>
          frame(HEADERS, END_HEADERS | END_STREAM, stream, head('/', field('accept', 'text/html'))),
        0,
      ],
      [
        'stills that are cancelled at once',
        (stream: number) =>
          Buffer.concat([
            frame(HEADERS, END_HEADERS | END_STREAM, stream, head(`/sine/a${stream}.png?delivery=still`)),
            frame(RST_STREAM, 0, stream, CANCEL),
          ]),
        undefined,
      ],
    ])(
      '%s',
      async (_, next, window) => {
        const { port, child, errors } = await startSecure()
        const before = memoryOf(child.pid)
        await attack(port, 10, next, window)
        expect(memoryOf(child.pid) - before).toBeLessThan(250 * MB)
        // Each connection is ended: after 500 requests that came to nothing, or for settings never acknowledged.
        // The log may have no line left for this reason: it has ten a minute for one network.
        await eventually(
          async () => {
            expect(attackers.filter((socket) => !socket.closed)).toHaveLength(0)
            expect(await metricsOf(port)).toMatch(
              /^imgcast_refusals_total\{.*reason="http2-[a-z]+".*\} [1-9]/m,
            )
          },
          { timeout: 30_000 },
        )
        expect(errors()).toMatch(/refused [\da-f.:]+: [a-z]/)
        expect(child.exitCode).toBeNull()
      },
      TIMEOUT,
    )
  },
)

test(
  'over HTTP/2, a reader who leaves a page of 120 pictures can load the next one',
  async () => {
    const { url } = await startSecure()
    const session = connect(url.replace('localhost', '127.0.0.1'), { rejectUnauthorized: false })
    for (let page = 0; page < 3; page += 1) {
      const streams = Array.from({ length: 120 }, (_, index) =>
        session.request({ ':path': `/online/p${index % 5}.png?delivery=stream` }),
      )
      for (const stream of streams) stream.on('error', () => {})
      await Promise.all(streams.map((stream) => once(stream, 'response')))
      for (const stream of streams) stream.close(8)
    }
    expect(await statusOver2(session, '/healthz')).toBe(200)
    session.destroy()
  },
  TIMEOUT,
)

test('with --drain, /readyz reports 503 after SIGTERM while pictures continue, and a second signal stops at once', async () => {
  const { url, child, ended } = await start('--drain', '10m')
  child.kill('SIGTERM')
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(503))
  const response = await fetch(`${url}/readyz`)
  expect([response.headers.get('retry-after'), await response.json()]).toEqual([
    '5',
    { status: 'stopping', reason: 'the server is stopping' },
  ])
  expect((await fetch(`${url}/online/a.png?delivery=still`)).status).toBe(200)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect((await ended).code).toBe(0)
})

test.runIf(process.platform === 'linux')(
  'a lack of file descriptors is logged, and so is its end',
  async () => {
    const { url, child, errors } = await start()
    const limit = (count: number) => execFileSync('prlimit', [`--pid=${child.pid}`, `--nofile=${count}:`])
    limit(5)
    await eventually(() => expect(errors()).toContain('no file descriptors are left'))
    limit(20_000)
    await eventually(() => expect(errors()).toContain('file descriptors are available again'))
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  },
)
