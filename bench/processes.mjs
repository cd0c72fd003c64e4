/**
 * Measures what a second server process adds on this machine.
 *
 *     npm run build && node bench/processes.mjs [rounds] [number of the load]
 *
 * The viewers need processor time too, and on two processors they take it from the servers. So they read only twice a
 * second, what the kernel has kept for them, and the program reports how much they took; and also the frames for each
 * second of the processor time that the servers used, which other work on the machine hardly affects.
 */
import { cpus } from 'node:os'
import { Viewers } from './load.mjs'
import { alternate, median, sleep, using } from './measure.mjs'
import { startImgcast } from './servers.mjs'
import { childrenOf, processorTime } from './system.mjs'

const ROUNDS = Number(process.argv[2] ?? 3)
const COUNTS = [1, 2]
const SETTLING = 3_000
const LASTS = 4_000
/** Milliseconds between two reads of the viewers. Ten frames of 2 kB have room in the kernel. */
const NAP = 500
const LOADS = [
  // A process spends at most a third of its time on one picture.
  { name: 'one picture', pictures: 1, viewers: 8_000, fps: 20 },
  // More than one process can send.
  { name: 'four pictures', pictures: 4, viewers: 8_000, fps: 30 },
]
const chosen = process.argv[3] === undefined ? LOADS : [LOADS[Number(process.argv[3]) - 1]]

console.log(`${cpus().length} x ${cpus()[0]?.model}, ${ROUNDS} rounds of ${LASTS / 1_000} s, medians\n`)
console.log(
  '| Load | Processes | Frames a second | Servers, of a core | of which the accepting one | Rendering, of a core | Viewers, of a core | Frames a second of server time |',
)
console.log('| --- | --: | --: | --: | --: | --: | --: | --: |')
for (const load of chosen) {
  const rows = await alternate(Object.fromEntries(COUNTS.map((count) => [count, count])), ROUNDS, (count) =>
    measure(count, load),
  )
  for (const [count, runs] of Object.entries(rows)) {
    const of = (name) => median(runs.map((run) => run[name]))
    console.log(
      `| ${load.name} | ${count} | ${whole(of('frames'))} | ${of('servers').toFixed(2)} | ${of('parent').toFixed(3)} | ${of('rendering').toFixed(2)} | ${of('viewers').toFixed(2)} | ${whole(of('efficiency'))} |`,
    )
  }
  const ratios = rows[2].map(({ frames }, round) => frames / rows[1][round].frames)
  console.log(
    `Two processes delivered ${ratios.map((each) => each.toFixed(2)).join(', ')} times the frames of one.`,
  )
}

async function measure(count, { pictures, viewers, fps }) {
  // Connections of a trusted proxy are spread evenly; the viewers have eight addresses only.
  const words = count > 1 ? ['--processes', String(count), '--trust-proxy', 'loopback'] : []
  const server = await startImgcast(['--live-per-browser', '0', ...words])
  return using(server, () =>
    using(new Viewers(server.port), async (crowd) => {
      for (let picture = 0; picture < pictures; picture += 1) {
        const { failed } = await crowd.open(viewers / pictures, `/frames/${picture}.png?bytes=2k&fps=${fps}`)
        if (failed > 0) throw new Error(`${failed} viewers got no picture`)
      }
      await crowd.nap(NAP)
      await sleep(SETTLING)
      await crowd.count()
      const [before, begin] = [timesOf(server.pid, count, crowd.pid), performance.now()]
      await sleep(LASTS)
      const { parts } = await crowd.count()
      const [after, time] = [timesOf(server.pid, count, crowd.pid), performance.now() - begin]
      const share = (name) => (after[name] - before[name]) / time
      process.stderr.write(`${count}: ${whole((parts / time) * 1_000)} frames a second\n`)
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
