import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, firefox, openStream, type RawStream, webkit } from '../support/stream-reader.ts'

let server: TestServer
/** A person of its own for each test. */
let person = 0

beforeAll(async () => {
  server = await startServer({ linger: 100 }, 'loopback')
})
afterAll(async () => {
  await server.close()
})

/** Opens pictures as one person does, one after the other. */
function reader(headers: Record<string, string> = chromium) {
  person += 1
  const own = { ...headers, 'Accept-Language': `x-${person}` }
  const streams: RawStream[] = []
  const open = async (path: string, more: Record<string, string> = {}) => {
    const stream = await openStream(server.url + path, { headers: { ...own, ...more } })
    streams.push(stream)
    return stream
  }
  return {
    open,
    openAll: async (paths: string[], more = {}) => {
      const opened: RawStream[] = []
      for (const path of paths) opened.push(await open(path, more))
      return opened
    },
    leave: () => {
      for (const stream of streams) stream.close()
    },
  }
}

const isStill = ({ headers }: RawStream) => (headers['content-type'] ?? '').startsWith('image/')
const rooms = (count: number, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => `/counter/${prefix}${person}-${index}.png`)

describe('a page with many pictures over HTTP/1.1', () => {
  test.each([
    ['Chromium', chromium],
    ['Firefox', firefox],
    ['WebKit', webkit],
  ])('shows four of ten live in %s, and the others as stills', async (_name, headers) => {
    const { openAll, leave } = reader(headers)
    const paths = rooms(10).map((path) => `${path}?v=1`)
    const opened = await openAll(paths)
    expect(opened.map(isStill)).toEqual([...Array(4).fill(false), ...Array(6).fill(true)])
    for (const still of opened.slice(4)) expect(await still.ended).toBe('end')
    leave()
  })

  test('has one more live once one has ended', async () => {
    const { open, openAll, leave } = reader()
    const [first, , , , fifth] = await openAll(rooms(5))
    expect(isStill(fifth as RawStream)).toBe(true)
    first?.close()
    await eventually(async () => expect(isStill(await open(rooms(5).at(4) as string))).toBe(false))
    leave()
  })

  test('counts the reader of a still as a visitor, not as a connection', async () => {
    const { openAll, leave } = reader()
    const paths = rooms(5)
    await openAll(paths)
    const counts = async () =>
      (await fetch(server.url + paths[4]?.replace('.png', '.json'))).json() as Promise<object>
    expect(await counts()).toMatchObject({ connections: 0, visitors: 1 })
    leave()
  })

  test('keeps every picture live that it shows twice, even in many looks without other viewers', async () => {
    const { openAll, leave } = reader()
    const paths = rooms(4)
    const opened = await openAll([...paths, ...paths, ...paths])
    expect(opened.some(isStill)).toBe(false)
    leave()
  })

  test('gives the place of a resting picture to one that counts', async () => {
    const { openAll, leave } = reader()
    const resting = ['a', 'b', 'c', 'd'].map((key) => `/remembers/${key}${person}.png`)
    const opened = await openAll(resting)
    await Promise.all(opened.map((stream) => stream.nextPart()))
    const [counting] = await openAll(rooms(1))
    expect(isStill(counting as RawStream)).toBe(false)
    expect(await opened[0]?.ended).toBe('end')
    expect(opened[0]?.closed).toBe(true)
    leave()
  })

  test.each([
    ['requests a stream', '?delivery=stream', {}],
    [
      'is behind a proxy that reports HTTP/2',
      '',
      { 'X-Forwarded-For': '192.0.2.1', 'X-Client-Protocol': 'HTTP/2.0' },
    ],
    ['is behind a proxy with TLS', '', { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' }],
    ['is no browser', '', { 'User-Agent': '' }],
  ])('streams all to a client that %s', async (_what, query, headers) => {
    const { openAll, leave } = reader()
    const opened = await openAll(
      rooms(7).map((path) => path + query),
      headers,
    )
    expect(opened.some(isStill)).toBe(false)
    leave()
  })

  test.each([
    ['reports HTTP/1.1', { 'X-Client-Protocol': 'HTTP/1.1', 'X-Forwarded-Proto': 'https' }],
    ['has no TLS', { 'X-Forwarded-Proto': 'http' }],
    ['reports nothing', {}],
  ])('shows stills behind a proxy that %s', async (_what, headers) => {
    const { openAll, leave } = reader()
    const opened = await openAll(rooms(5), { 'X-Forwarded-For': '192.0.2.1', ...headers })
    expect(opened.map(isStill)).toEqual([false, false, false, false, true])
    leave()
  })
})
