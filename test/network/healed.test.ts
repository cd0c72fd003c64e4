import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { ages, percentile, seconds } from './ages.ts'
import { Network } from './network.ts'

const PORT = 9192
const OUTAGE = 5000
/** The kernel sends again after 0.2, 0.4, 0.8 ... seconds: 6.4 s after the cut, give or take a round trip. */
const RESUME = 4000
const WATCH = 3000
const VIEWERS = [
  { name: 'stamped', port: PORT, path: '/stamped/healed.png' },
  { name: 'quiet', port: PORT, path: '/counter/healed.png' },
  { name: 'quiet, Firefox', port: PORT, path: '/counter/healed-firefox.png?v=1', headers: firefox },
]

describeWith(['iproute2'], 'a network that is gone for 5 s', () => {
  let network: Network

  beforeAll(async () => {
    network = new Network()
    await network.serve(PORT)
  })
  afterAll(() => network?.close())

  test('costs nobody their picture, and nobody is counted twice', async () => {
    const sights = network.watch(VIEWERS)
    await eventually(() => expect(new Set(sights.map(({ name }) => name)).size).toBe(VIEWERS.length))
    const rounds = network.poll(
      VIEWERS.map(({ path }) => `http://127.0.0.1:${PORT}${path.replace(/\.png.*/, '.json')}`),
    )
    await sleep(WATCH)
    const before = network.routerCounters()
    network.cut()
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
        `oldest ${seconds(percentile(fresh, 1))}; ${rounds.length} counts, all 1`,
    )
    expect(first - healedAt).toBeLessThan(RESUME)
    expect(percentile(fresh, 0.95)).toBeLessThanOrEqual(1000)
    expect(sights.filter(({ ended }) => ended !== undefined)).toEqual([])
    expect(rounds.length).toBeGreaterThan(40)
    for (const { counts } of rounds) {
      for (const count of Object.values(counts)) expect(count).toMatchObject({ connections: 1, visitors: 1 })
    }
  })
})
