import { Viewers } from '../load.mjs'
import { alternate, figure, median, ratio, sleep, spread, using } from '../measure.mjs'
import { startImgcast, startNodeHttp } from '../servers.mjs'
import { residentBytes } from '../system.mjs'

const VIEWERS = 9000
const SETTLING = 6000
const ROUNDS = 3
const PATH = '/frames/main.png?bytes=2k&fps=1'

/** Resident memory of each viewer, in addition to that of the server without viewers. */
export const memory = {
  name: 'memory',
  title: 'Resident memory a viewer',
  target: 'at most 1.3 x http and res.write',
  async measure(scale) {
    const count = scale.viewers(VIEWERS)
    const ways = { bare: () => startNodeHttp('bare', { bytes: 2000, fps: 1 }), ours: () => startImgcast() }
    // A new process each time, because a process does not return memory to the system.
    const results = await alternate(ways, scale.rounds(ROUNDS), async (start) =>
      using(await start(), (server) => measureServer(server, count, scale.time(SETTLING))),
    )
    const perViewer = (name) => results[name].map(({ before, after }) => (after - before) / count / 1000)
    const what = `${count} viewers`
    return [
      ratio(
        `${what}, each`,
        'kB',
        median(perViewer('ours')),
        median(perViewer('bare')),
        1.3,
        spread(perViewer('ours')),
      ),
      figure(
        'without viewers',
        'MB',
        ...['ours', 'bare'].map((name) => median(results[name].map(({ before }) => before)) / 1e6),
      ),
    ]
  },
}

async function measureServer({ pid, port }, count, settling) {
  return using(new Viewers(port), async (viewers) => {
    // The first viewer includes the cost of compiling code.
    await viewers.open(1, PATH)
    await sleep(Math.min(settling, 1000))
    const before = residentBytes(pid)
    await viewers.open(count, PATH)
    await sleep(settling)
    return { before, after: residentBytes(pid) }
  })
}
