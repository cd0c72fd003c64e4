/**
 * Measures the dashboard's pages on a server with many rooms, some of them watched.
 *
 *     npm run build && node bench/dashboard.mjs [rooms] [watched]
 *
 * Every room has hits and a day of history. Control: the form, a page of the same server that reads nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { pino } from 'pino'
import { StateFile } from '../dist/src/cluster/state-file.js'
import { createImgcast } from '../dist/src/index.js'

const ROOMS = Number(process.argv[2] ?? 5000)
const WATCHED = Number(process.argv[3] ?? 500)
const HOURS = 24
const MINUTE = 60_000
const TIMES = 50
const TOKEN = 'a-token-of-the-bench'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-'))
const path = join(folder, 'bench.db')
const names = Array.from({ length: ROOMS }, (_, index) => `online/room-${index}`)
fill()
const log = pino({ level: 'silent' })
const imgcast = await createImgcast({
  store: `file:${path}`,
  token: TOKEN,
  maxConnectionsPerAddress: 10_000,
  maxChannels: WATCHED + 100,
  log,
})
const server = express().use(imgcast.router).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const url = `http://127.0.0.1:${server.address().port}`
const viewers = names
  .slice(0, WATCHED)
  .map((name) => request(`${url}/${name}.mjpeg`, (got) => got.resume()).end())
while (imgcast.stats().connections < WATCHED) await new Promise((resolve) => setTimeout(resolve, 50))

const signedIn = await fetch(`${url}/dashboard/login`, {
  method: 'POST',
  redirect: 'manual',
  body: new URLSearchParams({ token: TOKEN }),
})
const cookie = signedIn.headers.get('set-cookie').split(';')[0]
console.log(`${ROOMS} rooms, ${WATCHED} of them watched`)
await show('control: the form', '/dashboard', '')
await show('the list', '/dashboard')
await show('the list, sorted by hits', '/dashboard?sort=-hits')
await show('the list, searched', '/dashboard?search=99')
await show('a room', '/dashboard/online/room-0')
const shown = names.slice(0, 20).join(',')
await show(
  'the live table, drawn',
  `/rooms/dashboard.png?names=no&width=620&height=800&scale=2&show=${shown}&cell=`,
)
await show('  its numbers, not drawn', `/rooms/dashboard.json?show=${shown}&cell=`)
for (const viewer of viewers) viewer.destroy()
server.close()
await imgcast.close()
rmSync(folder, { recursive: true })
process.exit()

async function show(row, page, sent = cookie) {
  const took = []
  let bytes = 0
  for (let turn = 0; turn < TIMES; turn += 1) {
    const begin = performance.now()
    const address = page.endsWith('=') ? page + (60 + turn) : page
    const response = await fetch(url + address, { headers: { Cookie: sent } })
    if (response.status !== (sent ? 200 : 401)) throw new Error(`${address} returned ${response.status}`)
    bytes = (await response.arrayBuffer()).byteLength
    took.push(performance.now() - begin)
  }
  took.sort((a, b) => a - b)
  const at = (share) => `${took[Math.floor((TIMES - 1) * share)].toFixed(1).padStart(6)} ms`
  console.log(
    `${row.padEnd(28)} ${at(0.5)} median ${at(0.95)} for 19 of 20 ${(bytes / 1000).toFixed(0).padStart(5)} kB`,
  )
}

function fill() {
  const file = new StateFile(path)
  const now = Date.now()
  const hour = Math.floor(now / (60 * MINUTE))
  const minutes = Array.from({ length: 60 }, (_, minute) => {
    const peak = 1 + (minute % 7)
    const time = peak * MINUTE
    return { visitorsPeak: peak, visitorsTime: time, connectionsPeak: peak, connectionsTime: time, hits: 1 }
  })
  const since = now - 90_000_000
  for (let back = 1; back <= HOURS; back += 1)
    file.history.add(
      names.map((room) => ({
        record: { room, since, peak: 9, day: 0, dayPeak: 9 },
        minutes: minutes.map((minute, index) => [(hour - back) * 60 + index, minute]),
      })),
    )
  file.write(names.map((room, index) => ({ room, name: '$hits', json: String(index) })))
  file.close()
}
