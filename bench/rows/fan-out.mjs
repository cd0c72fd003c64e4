import { Viewers } from '../load.mjs'
import { alternate, figure, median, ratio, sleep, spread, using } from '../measure.mjs'
import { startC, startImgcast } from '../servers.mjs'

const VIEWERS = 9000
const JOINS = 9
/** Long enough for a channel to be idle between two joins. */
const REST = 1200
export const COUNTER = '/online/bench.png?count=connections'

/** The time from a join until the last of all viewers has the new number. */
export const fanOut = {
  name: 'fan-out',
  title: 'A viewer joins, until the last of all has the new number',
  target: 'at most 2 x the C program sending the same bytes',
  async measure(scale) {
    const ours = await startImgcast(['--heartbeat', '60s'])
    const bytes = await pictureBytes(ours, COUNTER)
    const control = await startC({ bytes, joinInterval: 1 })
    const count = scale.viewers(VIEWERS)
    return using([control, ours].filter(Boolean), async (servers) => {
      const crowds = servers.map(({ port }) => new Viewers(port))
      return using(crowds, async () => {
        for (const crowd of crowds) await crowd.open(count, COUNTER)
        await sleep(scale.time(2 * REST))
        const subjects = control ? { C: crowds[0], ours: crowds[1] } : { ours: crowds[0] }
        const rounds = scale.name === 'full' ? JOINS : 3
        const results = await alternate(subjects, rounds, async (crowd) => {
          const joined = await crowd.join(COUNTER)
          await sleep(scale.time(REST))
          return joined
        })
        return toLines(results, count, bytes)
      })
    })
  },
}

function toLines(results, count, bytes) {
  const all = (name, field) => results[name]?.map((joined) => joined[field]) ?? []
  const missed = all('ours', 'failed').reduce((sum, each) => sum + each, 0)
  const what = `${count} viewers, ${bytes} bytes`
  const last = ratio(
    `${what}, the last`,
    'ms',
    median(all('ours', 'last')),
    median(all('C', 'last')),
    2,
    spread(all('ours', 'last')),
  )
  return [
    { ...last, holds: last.holds && missed === 0 },
    figure(`${what}, the 99th percentile`, 'ms', median(all('ours', 'p99')), median(all('C', 'p99'))),
    figure(`${what}, half`, 'ms', median(all('ours', 'p50')), median(all('C', 'p50'))),
  ]
}

/** The length of a picture, so that a control can send the same number of bytes. */
export async function pictureBytes({ url }, path) {
  const response = await fetch(`${url}${path}&delivery=still`)
  return (await response.arrayBuffer()).byteLength
}
