import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { describeWith } from '../support/tools.ts'
import { ages, percentile, seconds } from './ages.ts'
import { Network } from './network.ts'

const PORT = 9192
/** Half of what the widget's pictures take: ten times 50 kB a second. */
const RATE = '2mbit'
const SETTLE = 3000
const WATCH = 8000

/** Ages in milliseconds: when a picture came, and when the next one took its place. */
interface Ages {
  came: number[]
  replaced: number[]
}

/** What a viewer at the end of a narrow link sees of a server with these options. */
async function agesOver(args: readonly string[]): Promise<Ages> {
  const network = new Network()
  try {
    network.narrow(RATE)
    await network.serve(PORT, args)
    const sights = network.watch([{ name: 'stamped', port: PORT, path: '/stamped/slow.png' }])
    await eventually(() => expect(sights).not.toEqual([]))
    await sleep(SETTLE + WATCH)
    const seen = sights.filter(({ at }) => at - (sights[0]?.at ?? 0) >= SETTLE)
    const replaced = seen.slice(1).map(({ at }, index) => at - (seen[index]?.stamp ?? 0))
    return { came: ages(seen), replaced }
  } finally {
    await network.close()
  }
}

function describeAges({ came, replaced }: Ages): string {
  const [median, most, oldest] = [0.5, 0.95, 1].map((share) => seconds(percentile(came, share)))
  const until = seconds(percentile(replaced, 1))
  return `${came.length} pictures, median ${median}, p95 ${most}, oldest ${oldest} (${until} when replaced)`
}

describeWith(['iproute2'], `pictures of 4 Mbit/s over a link of ${RATE}/s`, () => {
  test('are at most 1 s old when they arrive', async () => {
    // Each has a network of its own, so that they do not share the link.
    const [limited, free] = await Promise.all([agesOver([]), agesOver(['--ghost-timeout', '0s'])])
    console.info(`age over ${RATE}: ${describeAges(limited)}; with --ghost-timeout 0s: ${describeAges(free)}`)
    // Nothing limits the second one's send buffer, which would be a queue of old pictures.
    for (const { came } of [limited, free]) {
      expect(came.length).toBeGreaterThan(20)
      expect(percentile(came, 0.95)).toBeLessThanOrEqual(1000)
    }
  }, 60_000)
})
