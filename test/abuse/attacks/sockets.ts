import { dial, head, hold, range, sleep, type Target } from './send.ts'

const IMAGE = { 'Sec-Fetch-Dest': 'image', Accept: 'image/*', 'User-Agent': 'Mozilla/5.0 Chrome/156.0.0.0' }
const LASTS = 3000

/** Connections that cost the client nothing. */
export const SOCKET_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'idle sockets': (target) =>
    hold(
      range(300 * target.scale).map((n) => dial(target, n)),
      LASTS,
    ),
  'slow heads': async (target) => {
    const sockets = range(200 * target.scale).map((n) => dial(target, n))
    for (const socket of sockets) socket.write('GET /online.png HTTP/1.1\r\nHost: here.example\r\n')
    for (let at = 0; at < LASTS; at += 500) {
      for (const socket of sockets) if (socket.writable) socket.write(`X-${at}: a\r\n`)
      await sleep(500)
    }
    await hold(sockets, 0)
  },
  'slow bodies': async (target) => {
    const sockets = range(200 * target.scale).map((n) => dial(target, n))
    const headers = { 'Content-Length': '4000', 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const socket of sockets) socket.write(head('/traffic-light/main/click', headers, 'POST'))
    for (let at = 0; at < LASTS; at += 500) {
      for (const socket of sockets) if (socket.writable) socket.write('a')
      await sleep(500)
    }
    await hold(sockets, 0)
  },
  'viewers that never read': async (target) => {
    const sockets = range(100 * target.scale).map((n) => dial(target, n).pause())
    for (const socket of sockets) socket.write(head('/sine/unread.png?fps=10', IMAGE))
    await hold(sockets, LASTS)
  },
  'resets right after the request': async (target) => {
    for (const round of range(10 * target.scale)) {
      const sockets = range(40).map((n) => dial(target, round * 40 + n))
      for (const socket of sockets) socket.write(head('/online/reset.png', IMAGE))
      await sleep(50)
      for (const socket of sockets) socket.resetAndDestroy()
    }
  },
  'requests that are pipelined': async (target) => {
    const sockets = range(3 * target.scale).map((n) => dial(target, n).resume())
    for (const [serial, socket] of sockets.entries()) {
      const paths = range(2000).map(
        (n) => `/sine/piped${serial}.png?delivery=still&width=${200 + n}&fps=${1 + (n % 20)}`,
      )
      socket.write(paths.map((path) => head(path)).join(''))
    }
    await hold(sockets, LASTS)
  },
}
