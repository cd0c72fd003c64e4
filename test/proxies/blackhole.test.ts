import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { webkit } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import type { ProxyName, Replacement } from './support/configurations.ts'
import { Network, type Round } from './support/network.ts'
import { type RunningProxy, startProxy } from './support/proxy.ts'

const PORT = 9192
const SERVER = `127.0.0.1:${PORT}`
/** Half of the documented time. */
const USER_TIMEOUT = 5000
/** A busy machine may be late by this much. Whom nothing gives up stays for minutes. */
const SLACK = 15_000
/** How long a busy machine may take to start eight viewers. */
const START = 40_000
/** From the last byte to the end of the probes in deploy/nginx.conf: `so_keepalive=5s:2s:3`. */
const NGINX_PROBES = 11_000
const SCALED: Replacement[] = [
  ['tcp-ut 10s', `tcp-ut ${USER_TIMEOUT / 1000}s`],
  ['clitcpka-idle 5s', 'clitcpka-idle 2s'],
  ['clitcpka-intvl 5s', 'clitcpka-intvl 2s'],
]
const ROWS: { title: string; name: ProxyName; changes?: Replacement[] }[] = [
  { title: 'haproxy', name: 'haproxy', changes: SCALED },
  { title: 'haproxy-without', name: 'haproxy', changes: [[' tcp-ut 10s', '']] },
  { title: 'nginx', name: 'nginx' },
  { title: 'caddy', name: 'caddy' },
]
/** How long the kernel keeps trying with the number of retransmissions in deploy/: 200 ms, doubled for each. */
const RETRIES = Number(
  /^net\.ipv4\.tcp_retries2 = (\d+)$/m.exec(readFileSync('deploy/60-imgcast.conf', 'utf8'))?.[1],
)
const RETRIED_FOR = 200 * (2 ** (RETRIES + 1) - 1)

describeWith(
  ['nginx', 'caddy', 'haproxy', 'iproute2'],
  'a viewer behind a proxy whose network is gone',
  () => {
    let network: Network
    let rounds: Round[]
    let cutAt = 0
    const proxies: RunningProxy[] = []
    // The tests follow one viewer through its end: they are in the order of time.
    beforeAll(async () => {
      network = new Network()
      await network.serve(PORT)
      for (const { name, changes } of ROWS)
        proxies.push(
          await startProxy(name, SERVER, { changes, host: network.address, namespace: network.front }),
        )
      for (const path of [moving, quiet])
        for (const [index, { title }] of ROWS.entries())
          network.watch(proxies[index] as RunningProxy, [path(title)], webkit)
      rounds = network.poll(ROWS.flatMap(({ title }) => [moving(title), quiet(title)].map(urlOf)))
      await eventually(
        () => {
          for (const { title } of ROWS)
            expect([connections(moving(title)), connections(quiet(title))]).toEqual([2, 2])
        },
        { timeout: START },
      )
      await sleep(500)
      network.cut()
      cutAt = Date.now()
    }, 3 * START)
    afterAll(async () => {
      for (const proxy of proxies) await proxy.stop()
      await network?.close()
    })

    test('HAProxy closes a viewer that was being sent pictures after tcp-ut', async () => {
      const gone = await untilGone(moving('haproxy'), USER_TIMEOUT + SLACK)
      console.info(`haproxy: gone after ${gone} ms with tcp-ut ${USER_TIMEOUT} ms`)
      expect(gone).toBeLessThan(USER_TIMEOUT + SLACK)
    })

    test('and a quiet one after its probes', async () => {
      const gone = await untilGone(quiet('haproxy'), 2 * USER_TIMEOUT + SLACK)
      console.info(`haproxy: quiet, gone after ${gone} ms with tcp-ut ${USER_TIMEOUT} ms`)
      expect(gone).toBeLessThan(2 * USER_TIMEOUT + SLACK)
    })

    test('nginx closes a quiet viewer by its probes, if nothing is sent meanwhile', async () => {
      const gone = await untilGone(quiet('nginx'), NGINX_PROBES + SLACK)
      console.info(`nginx: quiet, gone after ${gone} ms`)
      expect(gone).toBeLessThan(NGINX_PROBES + SLACK)
    })

    test('nginx, Caddy and HAProxy without tcp-ut still count a viewer that was being sent data', async () => {
      await sleep(Math.max(0, cutAt + 15_000 - Date.now()))
      for (const title of ['nginx', 'caddy', 'haproxy-without']) expect(connections(moving(title))).toBe(2)
    })

    test('until the kernel has retried as often as deploy/60-imgcast.conf allows', async () => {
      network.setKernel('net.ipv4.tcp_retries2', `${RETRIES}`)
      for (const title of ['nginx', 'caddy', 'haproxy-without']) {
        const gone = await untilGone(moving(title), RETRIED_FOR + SLACK)
        console.info(`${title}: gone after ${gone} ms by tcp_retries2 ${RETRIES}`)
        expect(gone).toBeGreaterThan(RETRIED_FOR - 2000)
        expect(gone).toBeLessThan(RETRIED_FOR + SLACK)
      }
    }, 60_000)

    function connections(path: string): number | undefined {
      return rounds.at(-1)?.counts[urlOf(path)]?.connections
    }

    /** Milliseconds from the cut until none was counted any more; infinite if that is after the limit. */
    async function untilGone(path: string, limit: number): Promise<number> {
      for (;;) {
        const gone = rounds.find(({ at, counts }) => at > cutAt && counts[urlOf(path)]?.connections === 0)
        if (gone) return gone.at - cutAt
        if (Date.now() > cutAt + limit + 1000) return Number.POSITIVE_INFINITY
        await sleep(100)
      }
    }
  },
)

/** A picture a second. */
function moving(title: string): string {
  return `/ticker/${title}.png?every=1s`
}

/** Both viewers are one visitor, so that nothing is sent to the one when the other is given up. */
function quiet(title: string): string {
  return `/counter/${title}.png?count=visitors`
}

function urlOf(path: string): string {
  return `http://${SERVER}${path.replace(/\.png.*/, '.json')}`
}
