import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { webkit } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import type { ProxyName, Replacement } from './support/configurations.ts'
import { Network, type Round } from './support/network.ts'
import { type Proxy, startProxy } from './support/proxy.ts'

const PORT = 9192
const SERVER = `127.0.0.1:${PORT}`
/** Half of what is documented. */
const USER_TIMEOUT = 5000
const SCALED: Replacement[] = [
  ['tcp-ut 10s', `tcp-ut ${USER_TIMEOUT / 1000}s`],
  ['clitcpka-idle 5s', 'clitcpka-idle 2s'],
  ['clitcpka-intvl 5s', 'clitcpka-intvl 2s'],
]
const WAIT = { timeout: 25_000 }
const ROWS: { title: string; name: ProxyName; changes?: Replacement[] }[] = [
  { title: 'haproxy', name: 'haproxy', changes: SCALED },
  { title: 'haproxy-without', name: 'haproxy', changes: [[' tcp-ut 10s', '']] },
  { title: 'nginx', name: 'nginx' },
  { title: 'caddy', name: 'caddy' },
]
/** How long the kernel goes on with the number of retransmissions in deploy/: 200 ms, doubled for each. */
const RETRIES = Number(/^net\.ipv4\.tcp_retries2 = (\d+)$/m.exec(readFileSync('deploy/60-imgcast.conf', 'utf8'))?.[1])
const RETRIED_FOR = 200 * (2 ** (RETRIES + 1) - 1)

describeWith(['nginx', 'caddy', 'haproxy', 'iproute2'], 'a viewer behind a proxy whose network is gone', () => {
  let network: Network
  let rounds: Round[]
  let cutAt = 0
  const proxies: Proxy[] = []
  // The tests follow one viewer through its end: they are in the order of time.
  beforeAll(async () => {
    network = new Network()
    await network.serve(PORT)
    for (const { name, changes } of ROWS)
      proxies.push(await startProxy(name, SERVER, { changes, host: network.address, namespace: network.front }))
    for (const [index, { title }] of ROWS.entries())
      network.watch(proxies[index] as Proxy, [moving(title), quiet(title)], webkit)
    rounds = network.poll(ROWS.flatMap(({ title }) => [moving(title), quiet(title)].map(urlOf)))
    await eventually(() => {
      for (const { title } of ROWS) expect([connections(moving(title)), connections(quiet(title))]).toEqual([2, 2])
    })
    await sleep(500)
    network.cut()
    cutAt = Date.now()
  })
  afterAll(async () => {
    for (const proxy of proxies) await proxy.stop()
    await network?.close()
  })

  test('HAProxy gives it up after tcp-ut, pictures or none', async () => {
    await eventually(() => expect(goneAfter(moving('haproxy'))).toBeLessThan(USER_TIMEOUT + 4000), WAIT)
    // Probes begin after two seconds of silence, and go on for the same time.
    await eventually(() => expect(goneAfter(quiet('haproxy'))).toBeLessThan(USER_TIMEOUT + 4000), WAIT)
    console.info(`haproxy: gone after ${goneAfter(moving('haproxy'))} ms, quiet ${goneAfter(quiet('haproxy'))} ms`)
  })

  test('nginx gives up a quiet one by its probes, before the next heartbeat', async () => {
    await eventually(() => expect(goneAfter(quiet('nginx'))).toBeLessThan(14_500), { timeout: 20_000 })
    console.info(`nginx: quiet, gone after ${goneAfter(quiet('nginx'))} ms`)
  })

  test('nginx, Caddy and HAProxy without tcp-ut still count one who was being sent something', async () => {
    await sleep(Math.max(0, cutAt + 15_000 - Date.now()))
    for (const title of ['nginx', 'caddy', 'haproxy-without']) expect(connections(moving(title))).toBe(2)
  })

  test('until the kernel has tried as often as deploy/60-imgcast.conf says', async () => {
    network.setKernel('net.ipv4.tcp_retries2', `${RETRIES}`)
    for (const title of ['nginx', 'caddy', 'haproxy-without']) {
      await eventually(() => expect(goneAfter(moving(title))).toBeLessThan(RETRIED_FOR + 6000), WAIT)
      expect(goneAfter(moving(title))).toBeGreaterThan(RETRIED_FOR - 2000)
      console.info(`${title}: gone after ${goneAfter(moving(title))} ms by tcp_retries2`)
    }
  })

  function connections(path: string): number | undefined {
    return rounds.at(-1)?.counts[urlOf(path)]?.connections
  }

  /** Milliseconds from the cut until none was counted any more. */
  function goneAfter(path: string): number {
    const gone = rounds.find(({ at, counts }) => at > cutAt && counts[urlOf(path)]?.connections === 0)
    return (gone?.at ?? Number.POSITIVE_INFINITY) - cutAt
  }
})

/** A picture a second. */
function moving(title: string): string {
  return `/ticker/${title}.png?every=1s`
}

function quiet(title: string): string {
  return `/counter/${title}.png`
}

function urlOf(path: string): string {
  return `http://${SERVER}${path.replace(/\.png.*/, '.json')}`
}
