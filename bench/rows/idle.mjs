import { FIREFOX, Viewers } from '../load.mjs'
import { atLeast, atMost, sleep, using } from '../measure.mjs'
import { startImgcast } from '../servers.mjs'
import { processorTime } from '../system.mjs'

const VIEWERS = 9000
const FIREFOX_SHARE = 0.1
/** One heartbeat of all connections. */
const LASTS = 15_000
const MAX_PROCESSOR = 5
/** Of a picture of 2 kB once in 3 s. Its mark comes on top: a heartbeat each 15 s is promised, and must be the whole part. */
const MAX_BYTES = 0.2 * (2000 / 3)
const STILL = '/frames/main.png?bytes=2k&moves=no&stale=20s'

/** The cost of keeping connections while nothing changes. */
export const idle = {
  name: 'idle',
  title: 'Nothing changes, pictures mark themselves as stale, a tenth of the viewers is Firefox',
  target: 'under 5 % of a core; at most 20 % of the bytes of a 2 kB picture each 3 s',
  async measure(scale) {
    const count = scale.viewers(VIEWERS)
    const firefoxes = Math.round(count * FIREFOX_SHARE)
    return using(await startImgcast(), (server) =>
      using(new Viewers(server.port), async (viewers) => {
        await viewers.open(count - firefoxes, STILL)
        await viewers.open(firefoxes, `${STILL}&v=1`, { agent: FIREFOX })
        const time = scale.name === 'full' ? LASTS : scale.time(LASTS) * 2
        await sleep(scale.time(2000))
        await viewers.count()
        const before = processorTime(server.pid)
        await sleep(time)
        const { bytes, alive } = await viewers.count()
        const used = ((processorTime(server.pid) - before) / time) * 100
        const each = (bytes / count / time) * 1000
        const lines = [
          atLeast('viewers still there', '', alive, count),
          atMost(`${count} viewers, of a core`, '%', used, MAX_PROCESSOR),
        ]
        // In a shorter time not every connection has had a heartbeat.
        if (scale.name === 'full') lines.push(atMost('a viewer a second', 'bytes', each, MAX_BYTES))
        return lines
      }),
    )
  },
}
