/**
 * Draws the pictures of the README with the built-in widgets: docs/images/imgcast.gif, which is animated, and a PNG for
 * each widget. Scenes are fixed, so that the same code makes the same files.
 * Run it after a build: `npm run build && node scripts/readme-gif.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createCanvas, GifEncoder, loadImage } from '@napi-rs/canvas'
import { registerFonts } from '../dist/src/picture/fonts.js'
import { renderOnce } from '../dist/src/render/render-once.js'
import chart from '../dist/widgets/chart.js'
import clock from '../dist/widgets/clock.js'
import countdown from '../dist/widgets/countdown.js'
import gauge from '../dist/widgets/gauge.js'
import grid from '../dist/widgets/grid.js'
import hits from '../dist/widgets/hits.js'
import online from '../dist/widgets/online.js'
import progress from '../dist/widgets/progress.js'
import rooms from '../dist/widgets/rooms.js'
import sine from '../dist/widgets/sine.js'
import sparkline from '../dist/widgets/sparkline.js'
import status from '../dist/widgets/status.js'
import trafficLight from '../dist/widgets/traffic-light.js'

const FOLDER = new URL('../docs/images/', import.meta.url)
const WIDGETS = {
  chart,
  clock,
  countdown,
  gauge,
  grid,
  hits,
  online,
  progress,
  rooms,
  sine,
  sparkline,
  status,
  'traffic-light': trafficLight,
}

// CSS pixels; drawn twice as large, for dense screens.
const SCALE = 2
const WIDTH = 720
const HEIGHT = 300
const GROUND = '#161b22'
const FRAMES = 48
/** Milliseconds; GIF counts in hundredths of a second. */
const FRAME_TIME = 100
/** Browsers replace shorter delays by a tenth of a second. */
const FIRST_TIME = 20

/** The position of the traffic light. */
const LIGHT = { x: 562, y: 32, width: 80, height: 200 }

/** The number of viewers, and the frame from which it applies. */
const VISITORS = new Map([
  [0, 3],
  [7, 4],
  [13, 5],
  [19, 6],
  [29, 5],
  [37, 4],
  [43, 3],
])
const RUNNING = { label: 'build', message: 'running', color: 'blue', style: 'for-the-badge' }
const PASSING = { label: 'build', message: 'passing', color: 'brightgreen', style: 'for-the-badge' }
const PASSES_AT = 21

/** The rooms' names, their activity, and their busiest ten minutes of the day. */
const ROOMS = [
  ['online/blog', 1, 112],
  ['online/forum', 0.4, 60],
  ['status/build', 0.1, 20],
]

registerFonts()
mkdirSync(FOLDER, { recursive: true })
write('imgcast.gif', await drawGif())
const pictures = {
  chart: await drawWidget('chart', 'theme=light', { data: dayOfVisitors() }),
  clock: await drawWidget('clock', 'zone=Europe/Zurich', { time: Date.UTC(2026, 0, 1, 9, 8, 37) }),
  countdown: await drawWidget('countdown', '', { time: Date.UTC(2026, 10, 20, 17, 25, 48) }),
  gauge: await drawWidget('gauge', 'unit=%25&label=cpu', { data: gauge.example }),
  hits: await drawWidget('hits', '', { data: { hits: 4711, today: 42 } }),
  online: await drawWidget('online', '', { visitors: 12 }),
  progress: await drawWidget('progress', 'unit=%25&label=build', { data: progress.example }),
  rooms: await drawWidget('rooms', 'background=white', { data: ROOMS.map((room) => dayOfVisitors(...room)) }),
  sine: await drawWidget('sine', '', { time: 400 }),
  sparkline: await drawWidget('sparkline', 'unit=%25&label=cpu', { data: sparkline.example }),
  status: await drawWidget('status', '', { data: { ...PASSING, style: 'flat' } }),
  'traffic-light': await drawWidget('traffic-light', '', { time: 1000 }),
}
const until = await drawWidget('countdown', 'height=160', { time: Date.UTC(2026, 10, 20, 17, 25, 48) })
const watching = await drawWidget('online', 'width=320&height=44', { visitors: 12 })
const shown = [until, pictures.clock, watching, pictures.hits]
write('grid.png', (await drawWidget('grid', '', { pictures: shown })).bytes)
for (const [name, { bytes }] of Object.entries(pictures)) write(`${name}.png`, bytes)

/** A room that is quiet at night, and busiest in the evening. */
function dayOfVisitors(room = 'online/blog', share = 1, hour = 112) {
  const step = 600_000
  const steps = Array.from({ length: 144 }, (_, index) => {
    const [day, evening] = [Math.exp(-(((index - 70) / 26) ** 2)), Math.exp(-(((index - hour) / 13) ** 2))]
    const wave = 3 * Math.sin(index * 1.7) * day + Math.sin(index * 0.9)
    const mean = share * (2 + 24 * day + 36 * evening + wave)
    return { time: index * step, visitors: { peak: Math.ceil(mean * 1.1 + 1), mean } }
  })
  const { peak } = steps.at(-1).visitors
  return {
    room,
    from: 0,
    to: 144 * step,
    step,
    steps,
    visitors: peak,
    connections: Math.ceil(peak * 1.2),
    peak,
    peakToday: Math.max(...steps.map(({ visitors }) => visitors.peak)),
    hits: Math.round(4711 * share),
  }
}

/** One picture as the server would send it, at scale 2. */
async function drawWidget(name, query, facts) {
  const defaults = { connections: 0, visitors: 0, peak: 0, time: 0 }
  const params = `${query}&scale=${SCALE}`
  return renderOnce(WIDGETS[name], { ...defaults, ...facts, params })
}

async function drawGif() {
  const encoder = new GifEncoder(WIDTH * SCALE, HEIGHT * SCALE, { quality: 1 })
  const add = ({ data, width, height, left, top }, delay) =>
    encoder.addFrame(data, width, height, { delay, left, top })
  let before
  for (let index = 0; index < FRAMES; index += 1) {
    const pixels = await drawFrame(index)
    if (before) add(onlyChanged(before, pixels), FRAME_TIME)
    else {
      // 256 colours are too few for the whole picture: the part with the most colours is repeated with its own palette.
      add(whole(pixels), FIRST_TIME)
      add(cut(pixels, LIGHT), FRAME_TIME - FIRST_TIME)
    }
    before = pixels
  }
  return encoder.finish()
}

/** The whole picture at one time, as RGBA. */
async function drawFrame(index) {
  const canvas = createCanvas(WIDTH * SCALE, HEIGHT * SCALE)
  const ctx = canvas.getContext('2d')
  ctx.scale(SCALE, SCALE)
  ctx.fillStyle = GROUND
  ctx.beginPath()
  ctx.roundRect(0, 0, WIDTH, HEIGHT, 16)
  ctx.fill()

  const time = index * FRAME_TIME
  const visitors = [...VISITORS].findLast(([from]) => from <= index)[1]
  const data = index < PASSES_AT ? RUNNING : PASSING
  // The duration is a multiple of each period, so that the loop is seamless.
  const period = FRAMES * FRAME_TIME
  const wave = `width=456&height=132&frequency=2.5&speed=${1000 / period}&fps=${1000 / FRAME_TIME}`
  const light = `width=${LIGHT.width}&height=${LIGHT.height}&interval=${period / 6}ms`
  const pictures = [
    ['online', 'width=210&height=48&background=0d1117', { visitors }, 32, 32],
    ['status', '', { data }, 290, 42],
    ['sine', wave, { time }, 32, 124],
    ['traffic-light', light, { time }, LIGHT.x, LIGHT.y],
  ]
  for (const [name, query, facts, x, y] of pictures) {
    const image = await loadImage((await drawWidget(name, query, facts)).bytes)
    ctx.drawImage(image, x, y, image.width / SCALE, image.height / SCALE)
  }
  ctx.font = '500 12px Inter'
  ctx.fillStyle = '#8b949e'
  ctx.fillText('<img src="/online/lobby.png">', 32, 100)
  ctx.fillText('<img src="/status/build.png">', 290, 100)
  ctx.fillText('<img src="/sine/main.png">', 32, 276)
  ctx.textAlign = 'center'
  ctx.fillText('<img src="/traffic-light.png">', LIGHT.x + LIGHT.width / 2, 276)
  return ctx.getImageData(0, 0, canvas.width, canvas.height).data
}

/** A GIF's pixels are opaque or transparent: the corners must not be partly transparent. */
function whole(pixels) {
  const data = Uint8Array.from(pixels)
  for (let at = 3; at < data.length; at += 4) data[at] = data[at] < 128 ? 0 : 255
  return { data, left: 0, top: 0, width: WIDTH * SCALE, height: HEIGHT * SCALE }
}

/** A part of the picture, unchanged. */
function cut(pixels, { x, y, width, height }) {
  const [left, top, wide, high] = [x, y, width, height].map((length) => length * SCALE)
  const data = new Uint8Array(wide * high * 4)
  for (let row = 0; row < high; row += 1) {
    const from = ((top + row) * WIDTH * SCALE + left) * 4
    data.set(pixels.subarray(from, from + wide * 4), row * wide * 4)
  }
  return { data, left, top, width: wide, height: high }
}

/** The smallest box around the changed pixels, with all other pixels transparent: that is nearly free. */
function onlyChanged(before, after) {
  const across = WIDTH * SCALE
  const old = new Uint32Array(before.buffer, before.byteOffset, before.length / 4)
  const now = new Uint32Array(after.buffer, after.byteOffset, after.length / 4)
  let [left, right, top, bottom] = [across, 0, HEIGHT * SCALE, 0]
  for (let at = 0; at < now.length; at += 1) {
    if (old[at] === now[at]) continue
    const [x, y] = [at % across, Math.floor(at / across)]
    left = Math.min(left, x)
    right = Math.max(right, x + 1)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y + 1)
  }
  const [width, height] = [right - left, bottom - top]
  const box = new Uint32Array(width * height)
  for (let at = 0; at < box.length; at += 1) {
    const from = (top + Math.floor(at / width)) * across + left + (at % width)
    if (old[from] !== now[from]) box[at] = now[from]
  }
  return { data: new Uint8Array(box.buffer), left, top, width, height }
}

function write(name, bytes) {
  writeFileSync(new URL(name, FOLDER), bytes)
  process.stdout.write(`docs/images/${name}  ${Math.ceil(bytes.length / 1000)} kB\n`)
}
