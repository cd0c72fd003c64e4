import { Viewers } from '../load.mjs'
import { alternate, figure, median, ratio, sleep, spread, using } from '../measure.mjs'
import { startC, startImgcast, startNodeHttp, startUstreamer } from '../servers.mjs'
import { childrenOf, processorTime } from '../system.mjs'

const CELLS = [
  { viewers: 1000, bytes: 2000, fps: 10 },
  { viewers: 9000, bytes: 2000, fps: 1 },
  { viewers: 1000, bytes: 20_000, fps: 10 },
  { viewers: 9000, bytes: 20_000, fps: 1 },
]
const SETTLING = 3000
const LASTS = 2500
const ROUNDS = 3

/** Processor time a delivered frame. */
export const frameCost = {
  name: 'frame-cost',
  title: 'Processor time a delivered frame',
  target: 'at most 1.5 x the C program, 0.6 x http and res.write, 0.4 x seven writes',
  async measure(scale) {
    const cells = scale.name === 'full' ? CELLS : CELLS.slice(0, 1)
    const lines = []
    for (const cell of cells) lines.push(...(await measureCell(scale, cell)))
    return lines
  },
}

async function measureCell(scale, { viewers, bytes, fps }) {
  const count = scale.viewers(viewers)
  const small = bytes < 10_000
  const subjects = {
    C: await startC({ bytes, fps }),
    ours: await startImgcast(),
    bare: await startNodeHttp('bare', { bytes, fps }),
    seven: await startNodeHttp('seven', { bytes, fps }),
    ustreamer: small && viewers === 1000 && scale.name === 'full' ? await startUstreamer() : undefined,
  }
  const path = `/frames/main.png?bytes=${bytes / 1000}k&fps=${fps}`
  const results = await using(Object.values(subjects), () =>
    alternate(subjects, scale.rounds(ROUNDS), (server, name) =>
      measureServer(server, name === 'ours' ? path : '/stream', count, scale),
    ),
  )
  const cost = (name) => results[name]?.map((run) => run.cost) ?? []
  const ours = median(cost('ours'))
  const what = `${count} viewers, ${bytes / 1000} kB`
  const noise = spread(cost('ours'))
  const lines = [
    ['C', 'the C program', 1.5],
    ['bare', 'http and res.write', 0.6],
    ['seven', 'seven writes', 0.4],
  ]
    .filter(([name]) => results[name])
    .map(([name, title, limit]) =>
      ratio(`${what}, against ${title}`, 'µs', ours, median(cost(name)), limit, noise),
    )
  if (results.ustreamer) {
    lines.push(figure(`${what}, beside ustreamer (14 kB)`, 'µs', ours, median(cost('ustreamer'))))
  }
  // One frame a second is too few to measure.
  if (fps > 1) {
    const children = median(results.ours.map((run) => run.childrenCost))
    lines.push(figure(`${what}, in the render process, a frame drawn`, 'ms', children))
  }
  return lines
}

async function measureServer({ pid, port }, path, count, scale) {
  return using(new Viewers(port), async (viewers) => {
    await viewers.open(count, path)
    // For two seconds after 9000 joins a frame takes three times as long: the cost of the joins, not of the frame.
    await sleep(scale.time(SETTLING))
    const children = childrenOf(pid)
    const drawing = () => children.reduce((sum, child) => sum + processorTime(child), 0)
    await viewers.count()
    const [before, drawnBefore] = [processorTime(pid), drawing()]
    await sleep(scale.time(LASTS))
    const { parts } = await viewers.count()
    const cost = ((processorTime(pid) - before) * 1000) / parts
    return { cost, childrenCost: (drawing() - drawnBefore) / (parts / count) }
  })
}
