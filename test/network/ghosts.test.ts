import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromium, firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { eventually } from '../support/eventually.ts'
import { Network, type Round, type Sight, type Viewer } from './network.ts'

const [PORT, CONTROL_PORT] = [9192, 9193]
const PHASES = Array.from({ length: 12 }, (_, index) => 5000 + index * 200)

interface Row extends Omit<Viewer, 'port' | 'path'> {
  room: string
  query?: string
  age?: number
}
const ROWS: Row[] = [
  { name: '0.1 s', room: 'ticker/fast', query: '?every=100ms' },
  { name: '3 s', room: 'ticker/slow', query: '?every=3s' },
  { name: '12 s', room: 'ticker/late', query: '?every=12s' },
  { name: 'none', room: 'counter/quiet' },
  { name: 'none, Firefox', room: 'counter/firefox', query: '?v=1', headers: firefox },
  ...PHASES.map((after) => ({ name: `none ${after}`, room: `counter/age-${after}`, age: after })),
  ...[1, 2, 3, 4, 5].map((person) => ({ name: `crowd ${person}`, room: 'counter/crowd', age: 5500 + 200 * person })),
]

describeWith(['iproute2'], 'a network that is gone without a word', () => {
  let network: Network
  let counts: Round[]
  let sights: Sight[]
  let cutAt: number

  beforeAll(async () => {
    network = new Network()
    await Promise.all([
      network.serve(PORT),
      network.serve(CONTROL_PORT, ['--ghost-timeout', '0s']),
    ])
    const now = Date.now()
    cutAt = Math.ceil((now + 8500 - 6000) / 12_000) * 12_000 + 6000
    const viewers = [PORT, CONTROL_PORT].flatMap((port) =>
      ROWS.map(
        ({ name, room, query = '', headers = chromium, age = 8000 }, index): Viewer => ({
          name: `${port} ${name}`,
          port,
          path: `/${room}.png${query}`,
          headers: { ...headers, 'Accept-Language': `x-${index}` },
          after: cutAt - now - age,
        }),
      ),
    )
    sights = network.watch(viewers)
    counts = network.poll([PORT, CONTROL_PORT].flatMap((port) => [...new Set(ROWS.map(({ room }) => `http://127.0.0.1:${port}/${room}.json`))]))
    await sleep(cutAt - Date.now())
    cutAt = Date.now()
    console.info(network.routerCounters())
    network.cut()
    console.info(network.routerCounters(), Date.now() - cutAt)
  }, 60_000)
  afterAll(() => network.close())

  test('sweep', async () => {
    for (let i = 0; i < 13; i++) {
      await sleep(2000)
      if (i === 8) console.info(network.sockets().replaceAll(/\n\t/g,' ').split('\n').filter((l) => l.includes(':9192 ')).join('\n'))
    }
    for (const room of new Set(ROWS.map((row) => row.room))) {
      const line = [PORT, CONTROL_PORT].map((port) => {
        const url = `http://127.0.0.1:${port}/${room}.json`
        const before = counts.filter(r => r.at < cutAt).at(-1)?.counts[url]?.connections
        const hist: string[] = []
        let last = before
        for (const r of counts) if (r.at >= cutAt && r.counts[url]?.connections !== last) { last = r.counts[url]?.connections; hist.push(`${last}@${((r.at - cutAt)/1000).toFixed(1)}`) }
        return `${before} ${hist.join(' ')}`
      })
      console.info(room, line.join(' | '))
    }
  }, 100_000)
})
