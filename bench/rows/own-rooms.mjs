import { Viewers } from '../load.mjs'
import { atMost, figure, sleep, using } from '../measure.mjs'
import { startImgcast } from '../servers.mjs'
import { childrenOf, processorTime, residentBytes } from '../system.mjs'

const IDLE_ROOMS = 2000
const QUICK_ROOMS = 500
const ROOMS = 10_000
const LASTS = 15_000
const OPENED_A_SECOND = 1000
/** New processes collect their garbage in the first 20 s, with and without viewers. */
const SETTLES = 25_000
/** A separate room for each viewer. */
const PATH = '/online/room-#####.png?delivery=stream'

/** Every viewer in a separate room, and nothing changes: the cost of rooms. Other rows measure the cost of viewers. */
export const ownRooms = {
  name: 'own-rooms',
  title: 'Each viewer of `online` in a room of its own, nothing changes',
  target:
    'under 5 % of a core in all and 25 kB a room and viewer; first picture within 1 s at 1000 new rooms a second',
  async measure(scale) {
    const few = scale.name === 'full' ? IDLE_ROOMS : Math.min(QUICK_ROOMS, scale.viewers(QUICK_ROOMS))
    const many = scale.viewers(ROOMS)
    const quiet = await measureRooms(few, scale)
    const crowd = await measureRooms(many, scale)
    return [
      atMost('viewers without a picture in their own room', '', quiet.failed + crowd.failed, 0),
      atMost(`${few} rooms, server and render processes, of a core`, '%', quiet.server + quiet.render, 5),
      figure(`${few} rooms, the server alone`, '%', quiet.server),
      figure(`${few} rooms, the render processes`, '%', quiet.render),
      atMost(`${many} rooms, server and render processes, of a core`, '%', crowd.server + crowd.render, 5),
      atMost(`${many} rooms, a room and viewer`, 'kB', crowd.bytes / many / 1000, 25),
      atMost(
        `first picture, ${OPENED_A_SECOND} new rooms a second, the 99th percentile`,
        'ms',
        crowd.p99,
        1000,
      ),
    ]
  },
}

async function measureRooms(count, scale) {
  return using(await startImgcast(['--max-channels', '100000']), (server) =>
    using(new Viewers(server.port), async (viewers) => {
      await viewers.open(1, PATH)
      await sleep(scale.time(2000))
      const before = residentBytes(server.pid)
      const { p99, failed } = await viewers.open(count, PATH, { over: (count / OPENED_A_SECOND) * 1000 })
      await sleep(scale.time(SETTLES))
      const bytes = Math.max(0, residentBytes(server.pid) - before)
      const children = childrenOf(server.pid)
      const time = scale.time(LASTS)
      const used = () => [
        processorTime(server.pid),
        children.reduce((sum, pid) => sum + processorTime(pid), 0),
      ]
      const from = used()
      await sleep(time)
      const [atServer, atRender] = used().map((total, index) => ((total - from[index]) / time) * 100)
      return { failed, p99: Math.max(0, p99), bytes, server: atServer, render: atRender }
    }),
  )
}
