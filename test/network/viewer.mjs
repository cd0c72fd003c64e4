/**
 * Viewers in one process, for a network namespace of their own: raw sockets that read pictures and never say a word
 * after the request, as browsers do. Node runs this by itself, so it is plain JavaScript.
 *
 *     node viewer.mjs '{"host": "198.18.1.2", "viewers": [{"name": "a", "port": 9192, "path": "/counter/a.png"}]}'
 *
 * Prints a JSON line for every picture: `{"name", "at", "bytes", "stamp"}`, times in milliseconds since 1970, and
 * for every end: `{"name", "at", "ended"}`.
 */
import net from 'node:net'
import { createCanvas, loadImage } from '@napi-rs/canvas'

/** How fixtures/widgets/stamped.mjs writes its time. */
const [BLOCK, COLUMNS, ROWS] = [4, 12, 4]

/** @typedef {{ name: string, port: number, path: string, headers?: Record<string, string>, after?: number }} Viewer */

const { host, viewers } = /** @type {{ host: string, viewers: Viewer[] }} */ (
  JSON.parse(process.argv[2] ?? '{}')
)
for (const viewer of viewers) setTimeout(() => watch(viewer), viewer.after ?? 0)

/** @param {Viewer} viewer */
function watch({ name, port, path, headers = {} }) {
  const socket = net.connect(port, host)
  const lines = Object.entries({ Host: `${host}:${port}`, Connection: 'keep-alive', ...headers })
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`)
  let pending = Buffer.alloc(0)
  /** @type {string | undefined} */
  let delimiter
  let begun = false
  let shown = Promise.resolve()
  socket.on('data', (bytes) => {
    const at = Date.now()
    pending = Buffer.concat([pending, bytes])
    delimiter ??= /boundary=(\S+)/.exec(pending.toString('latin1'))?.[1]
    if (delimiter === undefined) return
    for (;;) {
      const end = pending.indexOf(`\r\n--${delimiter}`)
      if (end < 0) return
      const part = pending.subarray(0, end)
      pending = pending.subarray(end + delimiter.length + 4)
      // The bytes before the first boundary are the head of the response.
      if (begun) {
        const picture = part.subarray(part.indexOf('\r\n\r\n') + 4)
        shown = shown.then(() => show(name, at, picture))
      }
      begun = true
    }
  })
  let why = 'end'
  socket.on('error', (error) => {
    why = error.message
  })
  socket.on('close', () => say({ name, at: Date.now(), ended: why }))
}

/** @param {string} name @param {number} at @param {Buffer} picture */
async function show(name, at, picture) {
  const stamp = name.startsWith('stamped') ? await stampOf(picture) : undefined
  say({ name, at, bytes: picture.length, stamp })
}

/** @param {Buffer} picture */
async function stampOf(picture) {
  const image = await loadImage(picture)
  const ctx = createCanvas(image.width, image.height).getContext('2d')
  ctx.drawImage(image, 0, 0)
  const { data, width } = ctx.getImageData(0, 0, COLUMNS * BLOCK, ROWS * BLOCK)
  let time = 0
  for (let bit = 0; bit < COLUMNS * ROWS; bit += 1) {
    const x = (bit % COLUMNS) * BLOCK + BLOCK / 2
    const y = Math.floor(bit / COLUMNS) * BLOCK + BLOCK / 2
    if ((data[(y * width + x) * 4] ?? 0) > 127) time += 2 ** bit
  }
  return time
}

/** @param {object} line */
function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
