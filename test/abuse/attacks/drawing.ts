import { dial, head, hold, range, send, type Target } from './send.ts'

const IMAGE = { 'Sec-Fetch-Dest': 'image', Accept: 'image/*', 'User-Agent': 'Mozilla/5.0 Chrome/156.0.0.0' }
const LASTS = 4000

/** Pictures that cost much to draw, and many of them. */
export const DRAWING_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'looks of sine at scale 3': (target) =>
    watch(
      target,
      range(12 * target.scale).map((n) => `/sine/a.png?scale=3&width=${600 + n}`),
    ),
  'small stills, all different': (target) =>
    send(
      target,
      range(300 * target.scale).map((n) => head(`/online/still-${n}.png?delivery=still`, IMAGE)),
      100,
    ),
  'grids of grids': (target) =>
    watch(
      target,
      range(20 * target.scale).map((n) => `/grid/g${n}.png`),
    ),
}

async function watch(target: Target, paths: readonly string[]): Promise<void> {
  const sockets = paths.map((path) => {
    // All of one address: what one stranger may take is what is asked.
    const socket = dial(target, 0)
    socket.write(head(path, IMAGE))
    socket.resume()
    return socket
  })
  await hold(sockets, LASTS)
}
