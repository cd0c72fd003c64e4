import { createCanvas } from '@napi-rs/canvas'
import { drawJob } from '../../dist/src/render/host/draw-job.js'
import { parseLook } from '../../dist/src/widget/look.js'
import { toManifest } from '../../dist/src/widget/manifest.js'
import sine from '../../dist/widgets/sine.js'
import { drawPlainSine } from '../controls/plain-sine.mjs'
import { alternate, figure, median, ratio, spread } from '../measure.mjs'

const SIZE = { width: 600, height: 200 }
const STEP = 50
const FRAMES = 60
const ROUNDS = 7

/** The time to draw and encode a frame of `sine`. */
export const sineCost = {
  name: 'sine',
  title: 'sine, 600x200 at 20 fps: draw and encode, a frame',
  target: 'at most half of the plain way',
  async measure(scale) {
    const frames = scale.name === 'smoke' ? 2 : FRAMES
    const ways = { plain: drawPlain, ours: toOurs('png'), jpeg: toOurs('jpg'), webp: toOurs('webp') }
    for (const way of Object.values(ways)) await timeOf(way, 1)
    const results = await alternate(ways, scale.rounds(ROUNDS), (way) => timeOf(way, frames))
    const ours = median(results.ours)
    return [
      ratio('PNG', 'ms', ours, median(results.plain), 0.5, spread(results.ours)),
      figure('JPEG', 'ms', median(results.jpeg), median(results.plain)),
      figure('WebP', 'ms', median(results.webp), median(results.plain)),
      figure('PNG, its size', 'kB', toOurs('png')(0).length / 1000, drawPlain(0).length / 1000),
    ]
  },
}

function drawPlain(time) {
  const canvas = createCanvas(SIZE.width, SIZE.height)
  drawPlainSine(canvas.getContext('2d'), { ...SIZE, time })
  return canvas.encodeSync('png')
}

/** Draws as a render process does. */
function toOurs(extension) {
  const manifest = toManifest('sine', '', sine)
  const format = { jpg: 'jpeg' }[extension] ?? extension
  const look = parseLook(manifest, format, new URLSearchParams({ ...SIZE, fps: '20' }))
  const facts = { widget: 'sine', key: 'main', look, connections: 1, visitors: 1, peak: 1, output: 'frame' }
  return (time) =>
    drawJob({ widget: sine, manifest }, { ...facts, time }, { data: undefined, pictures: [] }).frame.bytes
}

/** Each frame in a separate turn of the event loop, as in a render process: canvases are freed only between turns. */
async function timeOf(way, frames) {
  let took = 0
  for (let frame = 0; frame < frames; frame += 1) {
    const from = performance.now()
    way(frame * STEP)
    took += performance.now() - from
    await new Promise((resolve) => setImmediate(resolve))
  }
  return took / frames
}
