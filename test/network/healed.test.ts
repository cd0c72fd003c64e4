import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { ages, percentile, seconds } from './ages.ts'
import { inside, Network, type Round, type Viewer } from './network.ts'

const PORT = 9192
const OUTAGE = 5000
/** The kernel sends again after 0.2, 0.4, 0.8 ... seconds: 6.4 s after the cut, give or take a round trip. */
const RESUME = 4000
const WATCH = 3000
/** For how long somebody to whom nothing is sent has watched at the cut: each is at another moment of the probing. */
const AGES = Array.from({ length: 16 }, (_, index) => (index + 1) * 500)
const LEAD = 8500
const VIEWERS: Viewer[] = [
  { name: 'stamped', port: PORT, path: '/stamped/healed.png', after: LEAD - WATCH },
  { name: 'Firefox', port: PORT, path: '/counter/firefox.png?v=1', headers: firefox, after: LEAD - WATCH },
  ...AGES.map((age) => ({ name: `${age}`, port: PORT, path: `/counter/age-${age}.png`, after: LEAD - age })),
]
const ROOMS = VIEWERS.map(({ path }) => inside(PORT, path.replace(/\.png.*/, '.json')))

/** Everybody's count, as each is alone in a room. */
function countsOf(round: Round | undefined): number[] {
  return ROOMS.map((room) => round?.counts[room]?.connections ?? 0)
}

describeWith(['iproute2'], 'a network that is gone for 5 s', () => {
  let network: Network

  beforeAll(async () => {
    network = new Network()
    await network.serve(PORT)
  })
  afterAll(() => network?.close())

  test('keeps all pictures, and counts no viewer twice', async () => {
    const start = Date.now()
    const viewers = VIEWERS.map((viewer, index) => {
      // A language for each, so that they are as many people.
      return { ...viewer, headers: { ...viewer.headers, 'Accept-Language': `x-${index}` } }
    })
    const sights = network.watch(viewers)
    const rounds = network.poll(ROOMS)
    await sleep(start + LEAD - Date.now())
    await eventually(() => expect(countsOf(rounds.at(-1))).toEqual(ROOMS.map(() => 1)))
    const countedFrom = rounds.length
    network.cut()
    const before = network.routerCounters()
    await sleep(OUTAGE)
    expect(network.routerCounters()).toEqual(before)
    network.heal()
    const healedAt = Date.now()
    await sleep(RESUME + WATCH)

    const after = sights.filter(({ at, name }) => at >= healedAt && name === 'stamped')
    // The router has none of them: what the kernel took before it noticed is sent again, old pictures before new ones.
    const stale = after.findIndex(({ at, stamp = 0 }) => at - stamp < 1000)
    const first = after[stale]?.at ?? Number.NaN
    const fresh = ages(after.slice(stale))
    console.info(
      `healed after ${seconds(OUTAGE)}: the newest picture ${seconds(first - healedAt)} later, after ` +
        `${stale} older ones; then ${fresh.length} with a median age of ${seconds(percentile(fresh, 0.5))}, ` +
        `oldest ${seconds(percentile(fresh, 1))}; ${Math.min(...rounds.slice(countedFrom).flatMap(countsOf))} to ` +
        `${Math.max(...rounds.slice(countedFrom).flatMap(countsOf))} counted in each of ${ROOMS.length} rooms`,
    )
    expect(first - healedAt).toBeLessThan(RESUME)
    expect(percentile(fresh, 0.95)).toBeLessThanOrEqual(1000)
    expect(sights.filter(({ ended }) => ended !== undefined)).toEqual([])
    const counted = rounds.slice(countedFrom)
    expect(counted.length).toBeGreaterThan(40)
    for (const round of counted) expect(countsOf(round)).toEqual(ROOMS.map(() => 1))
    for (const { counts } of counted)
      expect(Object.values(counts).filter(({ visitors }) => visitors !== 1)).toEqual([])
  })
})
