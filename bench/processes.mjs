/**
 * Measures what a second server process adds on this machine.
 *
 *     npm run build && node bench/processes.mjs [rounds]
 *
 * The viewers need processor time too, and on two processors they take it from the servers. So the program reports the
 * frames a second of the machine as it is, and the frames a second of processor time that the servers used, without the
 * viewers: that is what free processors would deliver.
 */
import { cpus } from 'node:os'
import { Viewers } from './load.mjs'
import { median, sleep, using } from './measure.mjs'
import { startImgcast } from './servers.mjs'
import { childrenOf, processorTime } from './system.mjs'

const ROUNDS = Number(process.argv[2] ?? 3)
const COUNTS = [1, 2]
const SETTLING = 3_000
const LASTS = 4_000
/** Milliseconds between two reads of the viewers: a tenth of the processor time of reading each frame alone. */
const NAP = 100
const LOADS = [
  // Fewer frames than one process can send.
  { name: 'half a processor', viewers: 2_000, path: '/frames/main.png?bytes=2k&fps=20' },
  // More than two can.
  { name: 'saturated', viewers: 8_000, path: '/frames/main.png?bytes=2k&fps=30' },
]

console.log(`${cpus().length} x ${cpus()[0]?.model}, ${ROUNDS} rounds of ${LASTS / 1_000} s, medians\n`)
console.log(
  '| Load | Processes | Frames a second | Servers, of a core | of which the accepting one | Rendering, of a core | Viewers, of a core | Frames a second of server time |',
)
console.log('| --- | --: | --: | --: | --: | --: | --: | --: |')
for (const load of LOADS) {
  const rows = new Map(COUNTS.map((count) => [count, []]))
  for (let round = 0; round < ROUNDS; round += 1)
    for (const count of COUNTS) rows.get(count).push(await measure(count, load))
  for (const [count, runs] of rows) {
    const of = (name) => median(runs.map((run) => run[name]))
    console.log(
      `| ${load.name} | ${count} | ${whole(of('frames'))} | ${of('servers').toFixed(2)} | ${of('parent').toFixed(3)} | ${of('rendering').toFixed(2)} | ${of('viewers').toFixed(2)} | ${whole(of('efficiency'))} |`,
    )
  }
}

async function measure(count, { viewers, path }) {
  // Connections of a trusted proxy are spread evenly; the viewers have eight addresses only.
  const words = count > 1 ? ['--processes', String(count), '--trust-proxy', 'loopback'] : []
  const server = await startImgcast(['--live-per-browser', '0', ...words])
  return using(server, () =>
    using(new Viewers(server.port), async (crowd) => {
      const { opened } = await crowd.open(viewers, path)
      if (opened < viewers) throw new Error(`${viewers - opened} viewers got no picture`)
      await crowd.nap(NAP)
      await sleep(SETTLING)
      await crowd.count()
      const [before, begin] = [timesOf(server.pid, count, crowd.pid), performance.now()]
      await sleep(LASTS)
      const { parts } = await crowd.count()
      const [after, time] = [timesOf(server.pid, count, crowd.pid), performance.now() - begin]
      const share = (name) => (after[name] - before[name]) / time
      return {
        frames: (parts / time) * 1_000,
        efficiency: (parts / (after.servers - before.servers)) * 1_000,
        ...{ servers: share('servers'), parent: share('parent') },
        ...{ rendering: share('rendering'), viewers: share('viewers') },
      }
    }),
  )
}

/** Processor time of all server processes, of the one that accepts, of those that draw, and of the viewers. */
function timesOf(pid, count, viewers) {
  const parent = processorTime(pid)
  const children = childrenOf(pid)
  const sum = (pids) => pids.reduce((time, each) => time + processorTime(each), 0)
  const own = count > 1 ? parent + sum(children) : parent
  const rendering = sum(count > 1 ? children.flatMap(childrenOf) : children)
  return { servers: own, parent: count > 1 ? parent : 0, rendering, viewers: processorTime(viewers) }
}

function whole(value) {
  return Math.round(value).toLocaleString('en')
}
