/**
 * Measures the history's size and the time to draw it: 1000 rooms watched day and night for 90 days, in a file.
 *
 *     npm run build && node bench/history.mjs [viewers] [rooms] [days]
 *
 * Rooms are of all sizes, the largest with hundreds of viewers, by Zipf's law; together they have 5000 by day, half of what the
 * default `--max-connections` allows, and fewer by night. They arrive at random, stay three minutes on average, and one in ten has a
 * second picture open. Three days are generated, and repeated. Controls: the same minutes as plain 32-bit numbers, and a chart whose history is already in memory.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { DamageLog } from '../dist/src/cluster/damage-log.js'
import { encodeHour } from '../dist/src/cluster/hour-code.js'
import { RecordedHistory } from '../dist/src/cluster/recorded-history.js'
import { readRoomHistory } from '../dist/src/cluster/room-history.js'
import { SqliteArchive } from '../dist/src/cluster/sqlite-archive.js'
import { StateFile } from '../dist/src/cluster/state-file.js'
import { StateThread } from '../dist/src/cluster/state-thread.js'
import { drawJob } from '../dist/src/render/host/draw-job.js'
import { parseLook } from '../dist/src/widget/look.js'
import { toManifest } from '../dist/src/widget/manifest.js'
import chart from '../dist/widgets/chart.js'

const VIEWERS = Number(process.argv[2] ?? 5000)
const ROOMS = Number(process.argv[3] ?? 1000)
const DAYS = Number(process.argv[4] ?? 90)
const MINUTE = 60_000
const HOUR = 3_600_000
const STAY = 3
const MADE = 3 * 24
/** The minutes of an hour are saved as they pass; here in three parts. */
const PARTS = [
  [0, 20],
  [20, 40],
  [40, 60],
]
const FIRST = Math.floor(Date.UTC(2026, 0, 1) / HOUR)

let seed = 1
function random() {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

/** A random count with the average `mean`. */
function poisson(mean) {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  let [count, product] = [0, random()]
  for (; product > Math.exp(-mean); product *= random()) count += 1
  return count
}

function watchHour(room, hourOfDay) {
  const crowd = (room.share * (1 + 0.8 * Math.sin((hourOfDay / 24) * 2 * Math.PI))) / 1.8
  const hour = new Map()
  for (let minute = 0; minute < 60; minute += 1) {
    const joins = poisson(crowd / STAY)
    const leaves = Math.min(room.visitors, poisson(room.visitors / STAY))
    const before = room.visitors
    room.visitors = before + joins - leaves
    room.more = Math.min(
      room.visitors,
      Math.max(0, room.more + poisson(joins / 10) - poisson(room.more / STAY)),
    )
    const peak = Math.max(before, room.visitors) + Math.floor(random() * Math.min(joins, leaves) * 0.5)
    const extra = room.more + (joins > 3 ? Math.floor(random() * 2) : 0)
    const mean = Math.min(peak, (before + room.visitors) / 2 + (random() - 0.5) * Math.sqrt(joins + leaves))
    const visitorsTime = Math.max(0, mean) * MINUTE
    hour.set(minute, {
      visitorsPeak: peak,
      visitorsTime,
      connectionsPeak: peak + extra,
      connectionsTime: visitorsTime + extra * random() * MINUTE,
      hits: joins + poisson(crowd / 30),
    })
  }
  return hour
}

function fill(archive) {
  const weights = Array.from({ length: ROOMS }, (_, index) => 1 / (index + 1))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const rooms = weights.map((weight, index) => ({
    name: `online/room-${index}`,
    share: (weight / all) * VIEWERS,
    visitors: 0,
    more: 0,
  }))
  const records = rooms.map(({ name }) => ({ room: name, since: FIRST * HOUR, peak: 9, day: 0, dayPeak: 9 }))
  const made = []
  const cost = { encode: 0, write: 0, writes: 0, bytes: 0, watched: 0 }
  for (let hour = FIRST; hour < FIRST + DAYS * 24; hour += 1) {
    if (made.length < MADE) {
      const hours = rooms.map((room) => watchHour(room, hour % 24))
      const begin = performance.now()
      const codes = hours.map(encodeHour)
      cost.encode += performance.now() - begin
      made.push({ hours, bytes: codes.reduce((sum, { length }) => sum + length, 0) })
      const minutes = hours.flatMap((given) => [...given.values()])
      cost.watched += minutes.filter(({ connectionsPeak, hits }) => connectionsPeak + hits > 0).length
    }
    const { hours, bytes } = made[(hour - FIRST) % MADE]
    for (const [from, to] of PARTS) {
      const activity = rooms.map((_, index) => ({
        record: records[index],
        minutes: [...hours[index]].slice(from, to).map(([minute, given]) => [hour * 60 + minute, given]),
      }))
      activity.sort(() => random() - 0.5)
      const begin = performance.now()
      archive.add(activity)
      cost.write += performance.now() - begin
      cost.writes += 1
    }
    cost.bytes += bytes
  }
  return { ...cost, made: made.length }
}

async function time(times, act) {
  const took = []
  for (let turn = 0; turn < times; turn += 1) {
    const begin = performance.now()
    await act(turn)
    took.push(performance.now() - begin)
  }
  took.sort((a, b) => a - b)
  const at = (share) => took[Math.min(times - 1, Math.floor(times * share))].toFixed(1).padStart(7)
  return `${at(0.5)} ms median ${at(0.95)} ms for 19 of 20 ${at(1)} ms at most`
}

const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-'))
const path = join(folder, 'bench.db')
const show = (row, text) => console.log(`${row.padEnd(46)} ${text}`)
const file = new StateFile(path)
const { encode, write, writes, bytes, watched, made } = fill(file.history)
file.close()
const size = statSync(path).size
show(`${ROOMS} rooms for ${DAYS} days`, `${(size / 1e6).toFixed(1)} MB in the file`)
show(
  '  of it hours',
  `${(bytes / 1e6).toFixed(1)} MB, ${(bytes / (DAYS * 24) / ROOMS).toFixed(1)} bytes each`,
)
show('  control: plain numbers', `${((DAYS * 24 * ROOMS * 60 * 20) / 1e6).toFixed(0)} MB`)
show('  minutes in which a room was watched', `${((watched / (made * ROOMS * 60)) * 100).toFixed(0)} %`)
show(`encode ${ROOMS} rooms`, `${(encode / made).toFixed(1)} ms`)
show(`save ${ROOMS} rooms, 20 minutes each`, `${(write / writes).toFixed(1)} ms`)

const opened = performance.now()
const log = pino({ level: 'warn' })
const thread = await StateThread.open(path, { log, damage: new DamageLog(log) })
show('open the file', `${(performance.now() - opened).toFixed(0)} ms`)
const now = (FIRST + DAYS * 24) * HOUR - 30 * MINUTE
const archive = new SqliteArchive(thread)
const history = new RecordedHistory({ archive, retention: 90 * 24 * HOUR, log, now: () => now })
const store = { get: async () => 4711 }
const presence = { counts: async () => ({ connections: 3, visitors: 2, peak: 9 }) }
const manifest = toManifest('chart', '', chart)
const look = parseLook(manifest, 'png', new URLSearchParams('span=week&scale=2'))
const facts = {
  output: 'frame',
  widget: 'chart',
  key: 'main',
  look,
  connections: 1,
  visitors: 1,
  peak: 1,
  time: now,
}
const read = (turn, span) =>
  readRoomHistory({ history, presence, store }, `online/room-${(turn * 37) % ROOMS}`, span, now)
const draw = (data) => drawJob({ widget: chart, manifest }, facts, { data, pictures: [] })
const ready = await read(0, 'week')
draw(ready)
show('control: draw a week that is there already', await time(100, () => draw(ready)))
show('read a week', await time(100, (turn) => read(turn, 'week')))
show('read a week and draw it', await time(100, async (turn) => draw(await read(turn, 'week'))))
for (const [row, days, step] of [
  ['read a day by minutes', 1, MINUTE],
  ['read a week by minutes', 7, MINUTE],
  ['read all by hours', DAYS, HOUR],
  ['read all by days', DAYS, 24 * HOUR],
]) {
  const range = { from: now - days * 24 * HOUR, to: now, step }
  show(row, await time(20, (turn) => history.read(`online/room-${turn * 37}`, range)))
}
await thread.close()
rmSync(folder, { recursive: true })
