import { afterAll, beforeAll, test } from 'vitest'
import type { RunningServer } from '../support/command.ts'
import { chromium, firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { negotiated, openViewer } from './support/client.ts'
import { PROXIES, plain } from './support/configurations.ts'
import { closeDelay, countsOf, firstFrames, newRoom, pushDelays, serveBehindProxy, tell, untilCounted, upstreamOf } from './support/measure.ts'
import { type Proxy, startProxy } from './support/proxy.ts'
for (const name of PROXIES) {
  describeWith([name], `plain ${name}`, () => {
    let server: RunningServer
    let proxy: Proxy
    beforeAll(async () => {
      server = await serveBehindProxy(['--heartbeat', '1s'])
      proxy = await startProxy(name, upstreamOf(server), { configuration: plain })
    })
    afterAll(async () => {
      await proxy?.stop()
      server?.child.kill('SIGKILL')
    })
    test('all', async () => {
      const alpn = await negotiated(proxy)
      console.info(name, alpn)
      for (const protocol of alpn === 'h2' ? (['HTTP/1.1', 'HTTP/2'] as const) : (['HTTP/1.1'] as const)) {
        tell(name, `first ${protocol}`, await firstFrames(proxy, { protocol }, 7, 3000))
        tell(name, `push ${protocol}`, await pushDelays(server, proxy, { protocol }, 10, 3000))
        for (const headers of [chromium, firefox])
          tell(name, `close ${protocol} ${headers === chromium ? 'chromium' : 'firefox'}`, [await closeDelay(server, proxy, { protocol, headers }).catch(() => Infinity)])
        const room = newRoom('counter')
        const open = (localAddress: string, headers = {}) => openViewer(proxy, `/${room}.png`, { protocol, localAddress, headers })
        const vs = [await open('127.0.0.1'), await open('127.0.0.2'), await open('127.0.0.1', { 'X-Forwarded-For': '203.0.113.7' })]
        await untilCounted(server, room, 3)
        console.info(name, protocol, 'visitors', await countsOf(server, room))
        for (const v of vs) v.close()
      }
    }, 200_000)
  })
}
