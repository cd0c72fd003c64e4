import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../support/tools.ts'
import { openViewer, PROTOCOLS } from './support/client.ts'
import { HOST_NAME, PROXIES } from './support/configurations.ts'
import { type RunningProxy, startProxy } from './support/proxy.ts'

for (const name of PROXIES) {
  describeWith([name], `what the configuration in deploy/ for ${name} says of the client`, () => {
    let proxy: RunningProxy
    let headers: IncomingHttpHeaders = {}
    let version = ''
    const server = createServer((request, response) => {
      headers = request.headers
      version = request.httpVersion
      response.end()
    })
    beforeAll(async () => {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      proxy = await startProxy(name, `127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
    afterAll(async () => {
      await proxy?.stop()
      server.close()
      server.closeAllConnections()
    })

    test.each(PROTOCOLS)(
      '%s: it forwards the client’s address, and replaces the client’s own headers',
      async (protocol) => {
        const lies = {
          'X-Forwarded-For': '203.0.113.7',
          'X-Forwarded-Proto': 'gopher',
          'X-Forwarded-Host': 'elsewhere.example',
          'X-Client-Protocol': 'HTTP/0.9',
          Forwarded: 'for=203.0.113.7',
        }
        await openViewer(proxy, '/', { protocol, headers: lies, localAddress: '127.0.0.5' })
        expect(version).toBe('1.1')
        expect(headers).toMatchObject({
          host: HOST_NAME,
          'x-forwarded-for': '127.0.0.5',
          'x-forwarded-proto': 'https',
          'x-forwarded-host': HOST_NAME,
        })
        expect(headers.forwarded).toBeUndefined()
        expect(headers['x-client-protocol']).toMatch(protocol === 'HTTP/2' ? /^HTTP\/2/ : /^HTTP\/1/)
      },
    )
  })
}
