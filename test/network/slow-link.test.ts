import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeWith } from '../support/tools.ts'
import { eventually } from '../support/eventually.ts'
import { Network } from './network.ts'
import { ages, percentile, seconds } from './ages.ts'

const PORT = 9192
const RATE = '2mbit'
/** What the widget's pictures need is twice that: 10 times 50 kB a second. */
const SETTLE = 3000
const MEASURE = 8000

/** The ages of pictures at the end of a narrow link, of a server with these options. */
async function agesOver(args: readonly string[]): Promise<number[]> {
  const network = new Network()
  try {
    network.narrow(RATE)
    await network.serve(PORT, args)
    const sights = network.watch([{ name: 'stamped', port: PORT, path: '/stamped/slow.png' }])
    await eventually(() => expect(sights.length).toBeGreaterThan(0))
    await sleep(SETTLE + MEASURE)
    if (process.env.SS) console.info(network.sockets())
    const [first] = sights
    return ages(sights.filter(({ at }) => at - (first?.at ?? 0) > SETTLE))
  } finally {
    await network.close()
  }
}

describeWith(['iproute2'], 'a link of half the bandwidth of the pictures', () => {
  test('shows pictures at most 1 s old', async () => {
    const [limited, control] = await Promise.all([agesOver([]), agesOver(['--ghost-timeout', '0s'])])
    const say = (list: number[]) =>
      `${list.length} pictures, median ${seconds(percentile(list, 0.5))}, p95 ${seconds(percentile(list, 0.95))}, oldest ${seconds(percentile(list, 1))}`
    console.info(`age over ${RATE}: ${say(limited)}; --ghost-timeout 0s: ${say(control)}`)
    expect(limited.length).toBeGreaterThan(20)
    expect(percentile(limited, 0.95)).toBeLessThanOrEqual(1000)
    expect(percentile(control, 0.5)).toBeGreaterThan(percentile(limited, 0.5))
  }, 60_000)
})
