import { SocketViewers } from '../load.mjs'
import { alternate, median, ratio, sleep, spread, using } from '../measure.mjs'
import { startImgcast, startNodeWs } from '../servers.mjs'
import { processorTime } from '../system.mjs'

const VIEWERS = 1000
const SIZES = [2000, 20_000]
const FPS = 10
const SETTLING = 3000
const LASTS = 2500
const ROUNDS = 3

/** Processor time a frame delivered over a WebSocket. */
export const socketCost = {
  name: 'socket-cost',
  title: 'Processor time a frame delivered over a WebSocket',
  target: 'at most 1.3 x bare ws',
  async measure(scale) {
    const lines = []
    for (const bytes of scale.name === 'full' ? SIZES : SIZES.slice(0, 1))
      lines.push(await measureSize(scale, bytes))
    return lines
  },
}

async function measureSize(scale, bytes) {
  const count = scale.viewers(VIEWERS)
  const subjects = { ours: await startImgcast(), bare: await startNodeWs({ bytes, fps: FPS }) }
  const path = `/frames/main.png?bytes=${bytes / 1000}k&fps=${FPS}`
  const results = await using(Object.values(subjects), () =>
    alternate(subjects, scale.rounds(ROUNDS), (server) => measureServer(server, path, count, scale)),
  )
  const what = `${count} viewers, ${bytes / 1000} kB, against bare ws`
  return ratio(what, 'µs', median(results.ours), median(results.bare), 1.3, spread(results.ours))
}

async function measureServer({ pid, port }, path, count, scale) {
  return using(new SocketViewers(port), async (viewers) => {
    await viewers.open(count, path)
    await sleep(scale.time(SETTLING))
    await viewers.count()
    const before = processorTime(pid)
    await sleep(scale.time(LASTS))
    const { frames } = await viewers.count()
    return ((processorTime(pid) - before) * 1000) / frames
  })
}
