import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Client } from '../../../src/cli/doctor/client.ts'
import { Parts } from '../../../src/cli/doctor/parts.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

test('an endless response is cut at its limit', async () => {
  let sent = 0
  const chunk = Buffer.alloc(65_536, 'x')
  server = createServer((_request, response) => {
    response.on('error', () => {})
    const write = () => {
      while (!response.destroyed) {
        sent += chunk.length
        if (!response.write(chunk)) break
      }
    }
    response.on('drain', write)
    write()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/`)
  const client = new Client({ url, address: '127.0.0.1', protocol: 'HTTP/1.1' })
  const answer = await client.get('/', {})
  expect(await answer.until(() => answer.endedAt !== undefined, 20_000)).toBe(true)
  expect(Buffer.byteLength(await answer.text())).toBeLessThanOrEqual(4_194_304)
  expect(sent).toBeLessThan(64_000_000)
  client.close()
}, 30_000)

test('parts are found however a boundary is cut, and a part of any length', () => {
  const parts = new Parts('frame')
  const body = Buffer.from(`--frame\r\n\r\n${'-'.repeat(5_000)}\r\n--frame\r\n\r\nshort\r\n--frame--`)
  for (const byte of body) parts.push(Buffer.of(byte))
  expect(parts.arrivals).toHaveLength(2)
})
