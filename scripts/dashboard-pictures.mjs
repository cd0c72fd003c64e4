/**
 * Takes the pictures of docs/dashboard.md from a real dashboard in Chromium: docs/images/dashboard.png, which is light, and
 * docs/images/dashboard-room.png, which is dark. The rooms are invented, their viewers are real streams.
 * Run it after a build: `npm run build && node scripts/dashboard-pictures.mjs [chromium]`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { pino } from 'pino'
import WebSocket from 'ws'
import { encodeHour } from '../dist/src/cluster/hour-code.js'
import { StateFile } from '../dist/src/cluster/state-file.js'
import { createImgcast } from '../dist/src/index.js'

const IMAGES = new URL('../docs/images/', import.meta.url)
const TOKEN = 'a-token-of-the-pictures'
const WIDTH = 1120
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
/** Each room's average and current viewers, and its busiest time as a fraction of a day. */
const ROOMS = [
  ['online/blog', 38, 27, 0.8],
  ['online/forum', 21, 16, 0.3],
  ['status/build', 12, 9, 0.5],
  ['online/docs', 9, 8, 0.55],
  ['clock/kitchen', 4, 4, 0.35],
  ['hits/home', 6, 3, 0.6],
  ['sine/main', 3, 2, 0.7],
  ['countdown/launch', 5, 1, 0.9],
]
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
]

const folder = mkdtempSync(join(tmpdir(), 'imgcast-pictures-'))
const path = join(folder, 'pictures.db')
fillHistory()
const imgcast = await createImgcast({
  store: `file:${path}`,
  token: TOKEN,
  log: pino({ level: 'silent' }),
  publicUrl: 'https://pics.example.org',
})
const server = express().use(imgcast.router).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const { port } = server.address()
const viewers = ROOMS.flatMap(([room, , now]) =>
  Array.from({ length: now }, (_, index) => watch(room, index)),
)
const browser = spawn(process.argv[2] ?? 'chromium', [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--hide-scrollbars'],
  ...[`--user-data-dir=${join(folder, 'browser')}`, '--remote-debugging-port=0', 'about:blank'],
])
const call = await connect()
await takePicture('dashboard.png', '/dashboard', 'light')
await takePicture('dashboard-room.png', '/dashboard/online/blog', 'dark')
browser.kill()
await new Promise((resolve) => browser.once('exit', resolve))
for (const viewer of viewers) viewer.destroy()
server.close()
await imgcast.close()
rmSync(folder, { recursive: true, force: true })
process.exit()

function fillHistory() {
  const file = new StateFile(path)
  const now = Date.now()
  const visitorsAt = (average, noon, time) => {
    const day = Math.cos(((time % DAY) / DAY - noon) * 2 * Math.PI)
    const week = 1 + 0.25 * Math.sin((time / DAY / 7) * 2 * Math.PI)
    return Math.round(
      average * week * (0.55 + 0.4 * day + 0.08 * Math.sin(time / 9e5) + 0.06 * Math.sin(time / 2e5)),
    )
  }
  for (let hour = Math.floor((now - 7 * DAY) / HOUR); hour * HOUR < now - MINUTE; hour += 1) {
    const rows = ROOMS.map(([room, average, , noon]) => {
      const minutes = new Map()
      for (let minute = 0; minute < 60 && hour * HOUR + minute * MINUTE < now - MINUTE; minute += 1) {
        const visitors = Math.max(0, visitorsAt(average, noon, hour * HOUR + minute * MINUTE))
        const time = visitors * MINUTE
        const peaks = { visitorsPeak: visitors + 1, connectionsPeak: visitors + 2 }
        minutes.set(minute, { ...peaks, visitorsTime: time, connectionsTime: time * 1.1, hits: 1 })
      }
      return { room, hour, minutes: encodeHour(minutes) }
    })
    file.history.write(
      rows,
      ROOMS.map(([room, average]) => {
        const peak = Math.ceil(average * 1.4)
        return {
          room,
          since: now - 40 * DAY,
          peak,
          day: Math.floor(now / DAY),
          dayPeak: Math.ceil(average * 1.1),
        }
      }),
    )
  }
  file.write(ROOMS.map(([room, average]) => ({ room, name: '$hits', json: String(average * 1371) })))
  file.close()
}

function watch(room, index) {
  const look = index % 5 === 4 ? '?label=readers&width=240' : '?'
  const headers = {
    'User-Agent': AGENTS[index % 9 < 6 ? 0 : (index % 2) + 1],
    'Sec-Fetch-Dest': 'image',
    'Accept-Language': `x-${index}`,
    ...(index % 4 === 0 && { Via: '1.1 example' }),
  }
  const address = `/${room}.png${look}&delivery=stream&v=${index}`
  return request({ port, path: address, headers }, (response) => response.resume()).end()
}

/** Returns a function that sends a command of the DevTools protocol. */
async function connect() {
  const address = await new Promise((resolve) => {
    browser.stderr.on('data', (text) => {
      const found = /ws:\/\/\S+/.exec(text)
      if (found) resolve(found[0])
    })
  })
  const socket = new WebSocket(address)
  await new Promise((resolve) => socket.once('open', resolve))
  let count = 0
  return (method, params = {}, sessionId = undefined) => {
    count += 1
    const id = count
    socket.send(JSON.stringify({ id, method, params, sessionId }))
    return new Promise((resolve, reject) => {
      socket.on('message', function hear(text) {
        const message = JSON.parse(text)
        if (message.id !== id) return
        socket.off('message', hear)
        if (message.error) reject(new Error(`${method}: ${message.error.message}`))
        else resolve(message.result)
      })
    })
  }
}

async function takePicture(name, page, scheme) {
  const url = `http://localhost:${port}`
  const signedIn = await fetch(`${url}/dashboard/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: TOKEN }),
  })
  const [cookie, value] = signedIn.headers.get('set-cookie').split(';')[0].split('=')
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true })
  const ask = (method, params) => call(method, params, sessionId)
  const setHeight = (height) =>
    ask('Emulation.setDeviceMetricsOverride', { width: WIDTH, height, deviceScaleFactor: 1, mobile: false })
  await setHeight(900)
  await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  await ask('Network.setCookie', { name: cookie, value, url })
  await ask('Page.navigate', { url: url + page })
  await sleep(3_000)
  const expression = 'document.querySelector("footer").getBoundingClientRect().top'
  const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true })
  await setHeight(Math.ceil(result.value) - 40)
  await sleep(2_000)
  const { data } = await ask('Page.captureScreenshot', { format: 'png' })
  const bytes = Buffer.from(data, 'base64')
  writeFileSync(new URL(name, IMAGES), bytes)
  process.stdout.write(`docs/images/${name}  ${Math.ceil(bytes.length / 1000)} kB\n`)
  await call('Target.closeTarget', { targetId })
}
