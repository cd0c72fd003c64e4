/**
 * Measures what a second server process adds on this machine, and as a control what a second server adds that shares nothing
 * with the first.
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
/** Each of the two servers of the control has half of the viewers. */
const SETUPS = {
  one: { title: 'One process', servers: 1, processes: 1 },
  two: { title: 'Two processes', servers: 1, processes: 2 },
  apart: { title: 'Two servers', servers: 2, processes: 1 },
}
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
  '| Load | Setup | Frames a second | Servers, of a core | of which the accepting one | Rendering, of a core | Viewers, of a core | Frames a second of server time |',
)
console.log('| --- | --- | --: | --: | --: | --: | --: | --: |')
for (const load of chosen) {
  const rows = await alternate(SETUPS, ROUNDS, (setup) => measure(setup, load))
  for (const [name, runs] of Object.entries(rows)) {
    const of = (figure) => median(runs.map((run) => run[figure]))
    console.log(
      `| ${load.name} | ${SETUPS[name].title} | ${whole(of('frames'))} | ${of('servers').toFixed(2)} | ${of('parent').toFixed(3)} | ${of('rendering').toFixed(2)} | ${of('viewers').toFixed(2)} | ${whole(of('efficiency'))} |`,
    )
  }
  for (const name of ['two', 'apart']) {
    const ratios = rows[name].map(({ frames }, round) => frames / rows.one[round].frames)
    const each = ratios.map((ratio) => ratio.toFixed(2)).join(', ')
    console.log(
      `${SETUPS[name].title}: ${each} times the frames of one, ${median(ratios).toFixed(2)} in the median.`,
    )
  }
}

async function measure({ servers: count, processes, title }, load) {
  const servers = await Promise.all(Array.from({ length: count }, () => start(processes)))
  return using(servers, () =>
    using(
      servers.map(({ port }) => new Viewers(port)),
      async (crowds) => {
        await Promise.all(crowds.map((crowd) => fill(crowd, load, count)))
        await sleep(SETTLING)
        await partsOf(crowds)
        const timesNow = () => timesOf(servers, processes, crowds)
        const [before, begin] = [timesNow(), performance.now()]
        await sleep(LASTS)
        const parts = await partsOf(crowds)
        const [after, time] = [timesNow(), performance.now() - begin]
        const share = (name) => (after[name] - before[name]) / time
        process.stderr.write(`${title}: ${whole((parts / time) * 1_000)} frames a second\n`)
        return {
          frames: (parts / time) * 1_000,
          efficiency: (parts / (after.servers - before.servers)) * 1_000,
          ...{ servers: share('servers'), parent: share('parent') },
          ...{ rendering: share('rendering'), viewers: share('viewers') },
        }
      },
    ),
  )
}

function start(processes) {
  // Connections of a trusted proxy are spread evenly; the viewers have eight addresses only.
  const words = processes > 1 ? ['--processes', String(processes), '--trust-proxy', 'loopback'] : []
  return startImgcast(['--live-per-browser', '0', ...words])
}

/** Opens one of `count` equal parts of the viewers. */
async function fill(crowd, { pictures, viewers, fps }, count) {
  for (let picture = 0; picture < pictures; picture += 1) {
    const { failed } = await crowd.open(
      viewers / pictures / count,
      `/frames/${picture}.png?bytes=2k&fps=${fps}`,
    )
    if (failed > 0) throw new Error(`${failed} viewers got no picture`)
  }
  await crowd.nap(NAP)
}

/** The frames that were read since the last call. */
async function partsOf(crowds) {
  const counts = await Promise.all(crowds.map((crowd) => crowd.count()))
  return sum(counts.map(({ parts }) => parts))
}

/** Processor time of all server processes, of those that accept, of those that draw, and of the viewers. */
function timesOf(servers, processes, crowds) {
  const pids = servers.map(({ pid }) => pid)
  const children = pids.flatMap(childrenOf)
  const accepting = timeOf(pids)
  const viewers = timeOf(crowds.map(({ pid }) => pid))
  if (processes === 1) return { servers: accepting, parent: 0, rendering: timeOf(children), viewers }
  const rendering = timeOf(children.flatMap(childrenOf))
  return { servers: accepting + timeOf(children), parent: accepting, rendering, viewers }
}

function timeOf(pids) {
  return sum(pids.map(processorTime))
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}

function whole(value) {
  return Math.round(value).toLocaleString('en')
}
