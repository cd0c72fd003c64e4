import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkReferrer } from '../../src/http/picture/referrer.ts'
import { Sessions } from '../../src/http/sessions.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer()
})

afterAll(() => server.close())

const ROUTES = [
  '/',
  '/counter/a.png',
  '/counter/a.json',
  '/counter/a',
  '/counter/a/click',
  '/api/rooms',
  '/api/status/a',
  '/assets/site.css',
  '/dashboard/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/nothing/here/at/all',
]

/** Sends a request with a head of any size to the whole server without a host app, and returns the response. */
async function send(path: string, headers: Record<string, string> = {}): Promise<string> {
  const plain = createServer({ maxHeaderSize: 200_000 }, server.imgcast.handler)
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  const socket = connect((plain.address() as AddressInfo).port, '127.0.0.1')
  const fields = Object.entries({ Host: 'x', Connection: 'close', ...headers })
  socket.write(
    `GET ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  )
  let text = ''
  for await (const chunk of socket.setEncoding('latin1')) text += chunk
  plain.close()
  return text
}

describe.each(ROUTES)('%s', (path) => {
  test('refuses a URL over 2048 bytes with 414', async () => {
    const long = `${path}?${'x'.repeat(2048 - path.length)}`
    expect(await send(long)).toMatch(/^HTTP\/1\.1 414 /)
    const response = await fetch(server.url + long)
    expect(response.status).toBe(414)
  })

  test('refuses a head over 16 kB with 431, as a problem document', async () => {
    const answer = await send(path, { Cookie: 'a=b; '.repeat(3300) })
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*Connection: close.*application\/problem\+json/is)
    expect(answer).toContain('expected a request head of at most 16384 bytes')
  })
})

test('a head of 16 kB is read', async () => {
  expect(await send('/healthz', { 'X-Filler': 'x'.repeat(16_200) })).toMatch(/^HTTP\/1\.1 200 /)
})

test('of many session cookies few are verified', async () => {
  let reads = 0
  const store = {
    get: async () => {
      reads += 1
      return reads > 0 ? 'revoked' : undefined
    },
    set: async () => {},
    delete: async () => true,
    async *list(): AsyncGenerator<[string, unknown]> {},
  }
  const sessions = new Sessions({ token: '0123456789abcdef', store })
  const good = () => `imgcast_dashboard=${sessions.issue()}`
  expect(await sessions.has({ headers: { cookie: `not_${good()}` } })).toBe(false)
  expect(reads).toBe(0)
  const cookie = Array.from({ length: 100 }, good).join('; ')
  expect(await sessions.has({ headers: { cookie } })).toBe(false)
  expect(reads).toBe(4)
})

test('a Referer is cut before it is parsed: its path has no limit, its host has', () => {
  const path = 'x'.repeat(14_000)
  checkReferrer({ referer: `https://forum.example/${path}` }, ['forum.example'])
  expect(() => checkReferrer({ referer: `https://${'ä.'.repeat(7000)}/` }, ['forum.example'])).toThrow(
    'allows its pictures on certain hosts only',
  )
  expect(() =>
    checkReferrer({ referer: `https://${'x'.repeat(400)}.forum.example/` }, ['*.forum.example']),
  ).toThrow('certain hosts only')
})
