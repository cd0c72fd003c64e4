// Measures the cost of metrics: a frame to one viewer, and its counting alone; a new picture; a scrape.
// node bench/metrics.mjs     (after npm run build)
import { Audience } from '../dist/src/channel/audience.js'
import { Metrics } from '../dist/src/http/metrics/metrics.js'
import { Connection } from '../dist/src/http/stream/connection.js'
import { Multipart } from '../dist/src/http/stream/multipart.js'
import { Traffic } from '../dist/src/http/stream/traffic.js'
import { createFrame } from '../dist/src/picture/frame.js'

const VIEWERS = 1_000
const ROUNDS = 400
const REPEATS = 5

/** A socket that accepts everything at once, so that only this project's own work is measured. */
const sink = { write: (_bytes, done) => done?.(), cork() {}, uncork() {}, destroy() {}, writableLength: 0 }
const response = { stream: sink, removeHeader() {}, writeHead() {}, flushHeaders() {}, once() {} }
const multipart = new Multipart()
const frames = Array.from({ length: ROUNDS }, (_, index) =>
  createFrame('png', Buffer.alloc(2_000, index), 40, 20),
)

/** @param {string} what @param {number} times @param {() => void} work */
function measure(what, times, work) {
  work()
  const runs = Array.from({ length: REPEATS }, () => {
    const start = performance.now()
    work()
    return ((performance.now() - start) * 1e6) / times
  }).sort((a, b) => a - b)
  const [least = 0, median = 0, most = 0] = [runs[0], runs[REPEATS >> 1], runs.at(-1)]
  console.log(`${what.padEnd(52)} ${format(median)}   (${format(least)} to ${format(most)})`)
}

/** @param {number} nanoseconds */
function format(nanoseconds) {
  return nanoseconds < 10_000 ? `${nanoseconds.toFixed(1)} ns` : `${(nanoseconds / 1e6).toFixed(2)} ms`
}

const traffic = new Traffic()
const connections = Array.from(
  { length: VIEWERS },
  () =>
    new Connection({
      response,
      multipart,
      framing: 'browser',
      eager: false,
      headers: {},
      heartbeat: 1e9,
      traffic,
    }),
)
measure('a frame to one viewer, without the kernel', VIEWERS * ROUNDS, () => {
  for (const frame of frames) for (const connection of connections) connection.show(frame)
})
measure('  of which counting it (two additions)', VIEWERS * ROUNDS, () => {
  for (const { bytes } of frames)
    for (let viewer = 0; viewer < VIEWERS; viewer += 1) {
      traffic.bytes += bytes.length
      traffic.frames += 1
    }
})

const metrics = new Metrics()
const [frame] = frames
const drawing = { frame, next: undefined, took: { frames: 1, drawing: 1.5, encoding: 2.5 } }
measure('a fan-out, to any number of viewers', 100_000, () => {
  for (let time = 0; time < 100_000; time += 1) metrics.fannedOut(0.3)
})
measure('a drawing', 100_000, () => {
  for (let time = 0; time < 100_000; time += 1) metrics.drawn('online', drawing)
})

const audience = new Audience()
for (let viewer = 0; viewer < 10_000; viewer += 1) audience.enter('online', `viewer ${viewer}`)
const now = {
  ...{ streams: 10_000, streamsLimit: 10_000, rooms: 5_000, channels: 500, channelsLimit: 500 },
  ...{ renderProcesses: 2, ghosts: 0, probeBytes: 0, traffic: [['online', traffic]] },
}
for (const widget of 'badge chart clock countdown hits sine status tictactoe'.split(' '))
  metrics.drawn(widget, drawing)
const text = await metrics.text({ ...now, audience: audience.counts() })
const times = []
for (let time = 0; time < 50; time += 1) {
  const start = performance.now()
  await metrics.text({ ...now, audience: audience.counts() })
  times.push(performance.now() - start)
}
times.sort((a, b) => a - b)
console.log(
  `a scrape, 10 000 viewers: ${text.length} characters, ${times[25]?.toFixed(2)} ms (${times[0]?.toFixed(2)} to ${times.at(-1)?.toFixed(2)})`,
)
