// Measures the time from a saved file to the changed picture, over HTTP, and the start of a bare Node process in the same run.
// node bench/reload.mjs [rounds]     (after npm run build)
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from 'chokidar'
import express from 'express'
import { createImgcast } from 'imgcast'
import { pino } from 'pino'
import { forkHost } from '../dist/src/render/processes/fork-host.js'

const rounds = Number(process.argv[2] ?? 15)
/** A spare process is prepared half a second after the last one was taken, and takes a while. */
const BETWEEN = 1_500
const SPARE_WARM = 1_000
/** Milliseconds after which a picture that has not changed never will. */
const PATIENCE = 30_000

const folder = await mkdtemp(join(tmpdir(), 'imgcast-reload-'))
const file = join(folder, 'typed.ts')
const builtIn = new URL('../dist/widgets', import.meta.url).pathname
let version = 0

const source = () => {
  version += 1
  const color = `rgb(${version % 256}, ${(version * 7) % 256}, 128)`
  return `import { defineWidget } from 'imgcast/widget'
const color: string = '${color}'
export default defineWidget({
  title: 'Typed',
  size: { width: 100, height: 100 },
  draw(ctx) {
    ctx.fillStyle = color
    ctx.fillRect(0, 0, 100, 100)
  },
})
`
}

const WAYS = {
  'in place': () => writeFile(file, source()),
  'temporary file and rename': async () => {
    await writeFile(`${file}.swp`, source())
    await rename(`${file}.swp`, file)
  },
  'removed and created': async () => {
    await unlink(file)
    await writeFile(file, source())
  },
}

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1]
const row = (name, times) =>
  console.log(
    `${name.padEnd(48)} ${median(times).toFixed(0).padStart(5)} ms   (${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)})`,
  )

async function measure(what, before = async () => {}) {
  const times = []
  for (let round = 0; round < rounds; round += 1) {
    const ready = await before()
    const start = performance.now()
    await what(ready)
    times.push(performance.now() - start)
  }
  return times
}

async function bareNode() {
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
}

async function loadIn(child) {
  child.send({ type: 'start', folders: [builtIn, folder], skip: new Map() })
  for await (const [message] of onMessages(child)) if (message.type === 'ready') break
  child.kill('SIGKILL')
}

async function* onMessages(child) {
  for (;;) yield await once(child, 'message')
}

async function warmed() {
  const child = forkHost()
  child.on('error', () => {})
  await sleep(SPARE_WARM)
  return child
}

async function chokidarReports() {
  const watcher = watch(folder, { ignoreInitial: true })
  await once(watcher, 'ready')
  const times = await measure(
    async () => {
      const reported = once(watcher, 'all')
      await WAYS['in place']()
      await reported
    },
    () => sleep(150),
  )
  await watcher.close()
  return times
}

/** Resolves with each change of the streamed picture. */
async function openPicture(url) {
  const request = get(url, {
    headers: {
      'Sec-Fetch-Dest': 'image',
      'User-Agent':
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    },
  })
  const [response] = await once(request, 'response')
  return { response, close: () => request.destroy() }
}

await writeFile(file, source())
console.log(`medians of ${rounds}, ${process.version}`)
row('control: a bare Node process starts and ends', await measure(bareNode))
row('chokidar reports a saved file', await chokidarReports())
row('a new process loads all widgets', await measure(async () => loadIn(forkHost())))
row('a warm spare process loads all widgets', await measure(loadIn, warmed))

const imgcast = await createImgcast({ widgets: folder, workers: 1, log: pino({ level: 'silent' }) })
const server = express().use(imgcast.router).listen(0, '127.0.0.1')
await once(server, 'listening')
const picture = await openPicture(`http://127.0.0.1:${server.address().port}/typed.png`)
await once(picture.response, 'data', { signal: AbortSignal.timeout(PATIENCE) })
for (const [name, save] of Object.entries(WAYS)) {
  const times = await measure(
    async () => {
      const changed = once(picture.response, 'data', { signal: AbortSignal.timeout(PATIENCE) })
      await save()
      await changed
    },
    () => sleep(BETWEEN),
  )
  row(`saved to changed picture: ${name}`, times)
}
const hasty = await measure(
  async () => {
    const changed = once(picture.response, 'data', { signal: AbortSignal.timeout(PATIENCE) })
    await WAYS['in place']()
    await changed
  },
  () => sleep(100),
)
row('saved to changed picture: again after 100 ms', hasty)
picture.close()
server.close()
await imgcast.close()
await rm(folder, { recursive: true })
