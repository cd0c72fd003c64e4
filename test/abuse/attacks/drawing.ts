import { once } from 'node:events'
import { dial, head, hold, range, sleep, type Target } from './send.ts'

const IMAGE = { 'Sec-Fetch-Dest': 'image', Accept: 'image/*', 'User-Agent': 'Mozilla/5.0 Chrome/156.0.0.0' }
const LASTS = 4000

/** Pictures that cost much to draw, and many of them, all for one address unless the name says otherwise. */
export const DRAWING_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'looks of sine at scale 3': (target) =>
    watch(
      target,
      range(24 * target.scale).map((n) => `/sine/a${n}.png?scale=3`),
    ),
  'streams of 1280x720': (target) => {
    // At scale 3 each takes a third of a second, which a busy machine stretches beyond the time limit of a drawing.
    const [count, scale] = target.scale === 1 ? [8, 2] : [20 * target.scale, 3]
    return watch(
      target,
      range(count).map((n) => `/sine/h${n}.png?width=1280&height=720&scale=${scale}`),
    )
  },
  'small stills at the same moment': async (target) => {
    const sockets = range(300 * target.scale).map((n) =>
      request(target, `/online/still-${n}.png?delivery=still`),
    )
    await Promise.race([Promise.all(sockets.map((socket) => once(socket, 'close'))), sleep(LASTS)])
    await hold(sockets, 0)
  },
  'grids of different pictures': (target) =>
    watch(
      target,
      range(20 * target.scale).map((n) => `/grid/g${n}.png?show=online/x${n},clock/y${n},hits/z${n}`),
    ),
  'two addresses with many pictures': async (target) => {
    const sockets = range(2).flatMap((serial) =>
      range(25 * target.scale).map((n) => request(target, `/online/full-${serial}-${n}.png`, serial)),
    )
    await hold(sockets, LASTS)
  },
  'one heavy grid after the other': async (target) => {
    for (const turn of range(2 * target.scale)) {
      const show = range(16).map((n) => `sine/k${turn}-${n}?width=1280%26height=720`)
      const path = `/grid/t${turn}.png?delivery=still&columns=16&gap=${turn}&show=${show.join(',')}`
      const socket = request(target, path)
      await Promise.race([once(socket, 'close'), sleep(LASTS)])
      socket.destroy()
    }
  },
}

async function watch(target: Target, paths: readonly string[]): Promise<void> {
  await hold(
    paths.map((path) => request(target, path)),
    LASTS,
  )
}

/** Requests a picture and reads whatever comes. All requests of one `serial` are of one address. */
function request(target: Target, path: string, serial = 0) {
  const socket = dial(target, serial)
  socket.write(head(path, { ...IMAGE, Connection: 'close' }))
  return socket.resume()
}
