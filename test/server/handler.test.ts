import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium, openStream } from '../support/stream-reader.ts'

let imgcast: Imgcast
let server: Server
let url: string

beforeAll(async () => {
  imgcast = await createImgcast({
    widgets: FIXTURE_WIDGETS,
    workers: 1,
    store: 'memory:',
    logLevel: 'silent',
    trustProxy: 'loopback',
  })
  server = createServer(imgcast.handler).on('upgrade', imgcast.upgrade).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.close()
  await imgcast.close()
  server.closeAllConnections()
})

/** Sends a request unchanged; resolves to the whole response when the server has closed the connection. */
function exchange(...lines: string[]): Promise<string> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => {
      socket.end()
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    socket.on('error', reject)
  })
}

/** What a reader's browser sends for a link. */
const READER = { ...chromium, 'Sec-Fetch-Dest': 'document', Accept: 'text/html,*/*;q=0.8' }

const UPGRADE = ['Host: localhost', 'Connection: Upgrade']
const WEBSOCKET = [...UPGRADE, 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

describe('the handler of a server of node:http', () => {
  test('sends stills, data, pages, the gallery and the API’s refusals', async () => {
    const statusAndType = async (path: string, headers = {}) => {
      const response = await fetch(url + path, { headers })
      return [response.status, response.headers.get('content-type')?.split(';')[0]]
    }
    const page = READER
    expect(await statusAndType('/counter/a.png')).toEqual([200, 'image/png'])
    expect(await statusAndType('/counter/a.json')).toEqual([200, 'application/json'])
    expect(await statusAndType('/counter/a', page)).toEqual([200, 'text/html'])
    expect(await statusAndType('/counter/a.png', page)).toEqual([200, 'text/html'])
    expect(await statusAndType('/', page)).toEqual([200, 'text/html'])
    expect(await statusAndType('/api/rooms')).toEqual([401, 'application/problem+json'])
    expect(await statusAndType('/nope.png', chromium)).toEqual([404, 'image/png'])
  })

  test('streams, and notices viewers that leave', async () => {
    const stream = await openStream(`${url}/ticker.png`, { headers: chromium })
    await stream.nextPart()
    expect(imgcast.stats().connections).toBe(1)
    stream.close()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
  })

  test('distinguishes visitors behind a trusted proxy', async () => {
    const streams = await Promise.all(
      ['203.0.113.1', '203.0.113.2'].map((address) =>
        openStream(`${url}/counter/proxied.png`, { headers: { ...chromium, 'X-Forwarded-For': address } }),
      ),
    )
    await eventually(async () =>
      expect(await (await fetch(`${url}/counter/proxied.json`)).json()).toMatchObject({ visitors: 2 }),
    )
    for (const stream of streams) stream.close()
  })

  test('links a picture’s page with the protocol that a trusted proxy reports', async () => {
    const headers = { ...READER, 'X-Forwarded-Proto': 'https' }
    const html = await (await fetch(`${url}/counter/a.png`, { headers })).text()
    expect(html).toContain(`${url.replace('http:', 'https:')}/counter/a`)
  })
})

describe('HEAD has the headers of GET', () => {
  const CHANGING = ['connection', 'date', 'keep-alive', 'location']
  const headersOf = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => !CHANGING.includes(name)))

  test.each<[string, string, Record<string, string>]>([
    ['of a stream to an img', '/counter/head.png', chromium],
    ['of a stream to an img of another format', '/counter/head.webp', chromium],
    ['of a stream to a program', '/counter/head.mjpeg', {}],
    [
      'of a redirect',
      '/counter/head.png',
      { ...chromium, 'User-Agent': 'Mozilla/5.0 Gecko/20100101 Firefox/153.0' },
    ],
    ['of a still', '/counter/head.png', {}],
    ['of a page', '/counter/head.png', READER],
    ['of a page of an SVG', '/counter/head.svg', READER],
    ['of data', '/counter/head.json', {}],
    ['of an error', '/counter/head.png?delivery=fax', chromium],
  ])('%s', async (_what, path, headers) => {
    const abort = new AbortController()
    const init = { headers, redirect: 'manual' } as const
    const got = await fetch(url + path, { ...init, signal: abort.signal })
    const head = await fetch(url + path, { ...init, method: 'HEAD' })
    abort.abort()
    expect(head.status).toBe(got.status)
    expect(headersOf(head)).toEqual(headersOf(got))
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
  })
})

describe('a request to upgrade', () => {
  test('to a WebSocket elsewhere than at /ws is a problem', async () => {
    const response = await exchange('GET /news HTTP/1.1', ...WEBSOCKET, 'Sec-WebSocket-Version: 13')
    expect(response).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
    expect(response).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/i)
    expect(response).toMatch(/\r\nConnection: close\r\n/i)
  })

  test('to a WebSocket of another version returns the supported one', async () => {
    const response = await exchange('GET /ws HTTP/1.1', ...WEBSOCKET, 'Sec-WebSocket-Version: 8')
    expect(response).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/)
    expect(response).toMatch(/\r\nSec-WebSocket-Version: 13\r\n/i)
  })

  test('to another protocol is handled without the upgrade', async () => {
    const response = await exchange('GET /counter/a.json HTTP/1.1', ...UPGRADE, 'Upgrade: h2c')
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(response).toContain('"room":"counter/a"')
  })

  test('to another protocol gets its stream, and its end is noticed', async () => {
    const headers = { ...chromium, Connection: 'Upgrade', Upgrade: 'h2c' }
    const stream = await openStream(`${url}/ticker.png`, { headers })
    await stream.nextPart()
    expect(imgcast.stats().connections).toBe(1)
    stream.close()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
  })

  test('of a client that resets the connection does no harm', async () => {
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET /ticker.png HTTP/1.1\r\n${UPGRADE.join('\r\n')}\r\nUpgrade: h2c\r\n\r\n`, () =>
        socket.resetAndDestroy(),
      )
    })
    await new Promise((resolve) => socket.once('close', resolve))
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})

test('a preflight of a picture passes the handler too', async () => {
  const headers = { Origin: 'https://pages.example', 'Access-Control-Request-Method': 'GET' }
  const response = await fetch(`${url}/online/lobby.png`, { method: 'OPTIONS', headers })
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
})
