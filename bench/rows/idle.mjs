import { FIREFOX, Viewers } from '../load.mjs'
import { atLeast, atMost, figure, sleep, using } from '../measure.mjs'
import { startImgcast } from '../servers.mjs'
import { processorTime } from '../system.mjs'

const VIEWERS = 9000
const FIREFOX_SHARE = 0.1
/** One heartbeat of all connections. */
const LASTS = 15_000
const MAX_PROCESSOR = 5
/** Of a part of 2 kB each 3 s. */
const MAX_BYTES = 0.2 * (2000 / 3)
/** Its parts have 2 kB: the picture, its mark and the next head. */
const STILL = '/frames/main.png?bytes=1.6k&moves=no&stale=20s'
/** Pictures as they come, with the mark that they have by default. */
const PICTURES = ['/online/idle.png', '/status/idle.png']
/** Viewers of each of them: a heartbeat does not come at the same time for all. */
const EACH = 100

/** The cost of keeping connections while nothing changes. */
export const idle = {
  name: 'idle',
  title: 'Nothing changes, pictures mark themselves as stale, a tenth of the viewers is Firefox',
  target: 'under 5 % of a core; at most 20 % of the bytes of a 2 kB part each 3 s',
  async measure(scale) {
    const count = scale.viewers(VIEWERS)
    const firefoxes = Math.round(count * FIREFOX_SHARE)
    return using(await startImgcast(), (server) => {
      const crowds = [new Viewers(server.port), ...PICTURES.map(() => new Viewers(server.port))]
      return using(crowds, async ([viewers, ...others]) => {
        await viewers.open(count - firefoxes, STILL)
        await viewers.open(firefoxes, `${STILL}&v=1`, { agent: FIREFOX })
        for (const [at, crowd] of others.entries()) await crowd.open(scale.viewers(EACH), PICTURES[at])
        const time = scale.name === 'full' ? LASTS : scale.time(LASTS) * 2
        await sleep(scale.time(2000))
        for (const crowd of crowds) await crowd.count()
        const before = processorTime(server.pid)
        await sleep(time)
        const used = ((processorTime(server.pid) - before) / time) * 100
        const { bytes, alive } = await viewers.count()
        const lines = [
          atLeast('viewers still there', '', alive, count),
          atMost(`${count} viewers, of a core`, '%', used, MAX_PROCESSOR),
        ]
        // In a shorter time not every connection has had a heartbeat.
        if (scale.name !== 'full') return lines
        lines.push(atMost('a viewer a second', 'bytes', (bytes / count / time) * 1000, MAX_BYTES))
        for (const [at, crowd] of others.entries()) {
          const each = ((await crowd.count()).bytes / EACH / time) * 1000
          lines.push(figure(`a viewer of ${PICTURES[at]} a second`, 'bytes', each))
        }
        return lines
      })
    })
  },
}
