/**
 * Measures the cost of state: 10 000 `add` a second on one room, in a file and, as a control, in memory.
 *
 *     npm run build && node bench/store.mjs [seconds a row]
 *
 * Each row runs alone in this process, 100 adds every 10 ms; the processor time of all threads is counted. "idle" is the
 * same timer without adds: the difference to it is the cost of the adds.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { createCluster } from '../dist/src/cluster/cluster.js'

const SECONDS = Number(process.argv[2] ?? 10)
const BATCH = 100
const PERIOD = 10

/** Runs `batch` on a timer; returns percent of a core, and the actual number of adds a second. */
async function measure(batch, seconds = SECONDS) {
  for (let warm = 0; warm < 100; warm += 1) await batch()
  const cpu = process.cpuUsage()
  const begin = performance.now()
  let batches = 0
  while (performance.now() - begin < seconds * 1_000) {
    await batch()
    batches += 1
    await sleep(Math.max(0, begin + batches * PERIOD - performance.now()))
  }
  const elapsed = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  return { core: (user + system) / elapsed / 10, rate: (batches * BATCH * 1_000) / elapsed }
}

function show(row, { core, rate }) {
  console.log(`${row.padEnd(28)} ${core.toFixed(2).padStart(6)} % of a core   ${Math.round(rate)} a second`)
}

const log = pino({ level: 'warn' })
const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-'))
const path = join(folder, 'bench.db')
// The first row includes the cost of the start.
await measure(async () => {}, 1)
show('idle', await measure(async () => {}))
for (const [row, location] of [
  ['memory: (control)', 'memory:'],
  ['file:', `file:${path}`],
]) {
  const { store, close } = await createCluster(location, log)
  const addAll = (name) => () => Promise.all(Array.from({ length: BATCH }, () => store.add('r/a', name, 1)))
  show(row, await measure(addAll('sum')))
  let room = 0
  const addRoom = () => {
    room += 1
    return store.add(`r/${room}`, 'sum', 1)
  }
  show(`${row}, new rooms`, await measure(() => Promise.all(Array.from({ length: BATCH }, addRoom))))
  await close()
}
console.log(`${(statSync(path).size / 1e6).toFixed(1)} MB in the file`)
rmSync(folder, { recursive: true })
