import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, firefox, openStream, type Part, type RawStream } from '../support/stream-reader.ts'
import { withoutWords } from '../support/without-words.ts'

const CROSS_ORIGIN = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'timing-allow-origin': '*',
}
const OTHER_PERSON = { ...chromium, 'Accept-Language': 'cy' }
const FFMPEG = { 'User-Agent': 'Lavf/61.7.100', Accept: '*/*', 'Sec-Fetch-Dest': '' }

let server: TestServer
const streams: RawStream[] = []
const servers: TestServer[] = []

beforeAll(async () => {
  server = await startServer({ linger: 100 })
})

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  for (const each of servers.splice(0)) await each.close()
  // Whatever a test did: when the last viewer is gone, nobody is counted and nothing is drawn.
  await eventually(() =>
    expect(server.imgcast.stats()).toMatchObject({ connections: 0, channels: 0, rooms: 0 }),
  )
})

afterAll(() => server.close())

async function open(path: string, headers: Record<string, string> = {}, of = server): Promise<RawStream> {
  const stream = await openStream(of.url + path, { headers })
  streams.push(stream)
  return stream
}

async function start(options: Parameters<typeof startServer>[0]): Promise<TestServer> {
  const started = await startServer(options)
  servers.push(started)
  return started
}

async function view(bytes: Buffer): Promise<{ width: number; height: number; pixel: number[] }> {
  const image = await loadImage(bytes)
  const { width, height } = image
  const ctx = createCanvas(width, height).getContext('2d')
  ctx.drawImage(image, 0, 0)
  return { width, height, pixel: [...ctx.getImageData(width >> 1, height >> 1, 1, 1).data.subarray(0, 3)] }
}

/** The next part that shows a colour; a machine that is busy may show a placeholder before it. */
async function shows(stream: RawStream, pixel: number[]): Promise<Part> {
  for (;;) {
    const part = await stream.nextPart()
    if ((await view(part.body)).pixel.join() === pixel.join()) return part
  }
}

async function countsOf(room: string): Promise<unknown> {
  return withoutWords(await (await fetch(`${server.url}/${room}.json`)).json())
}

describe('a stream', () => {
  test('has exactly these headers: close-delimited, not cached, not buffered', async () => {
    const { head, headers } = await open('/counter.png')
    expect(head).toMatch(/^HTTP\/1\.1 200 /)
    const { date, 'x-powered-by': _host, ...own } = headers
    expect(date).toBeDefined()
    expect(own).toEqual({
      ...CROSS_ORIGIN,
      'content-type': expect.stringMatching(/^multipart\/x-mixed-replace; boundary=[\w-]{30}$/),
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
    })
  })

  test.each(['png', 'webp', 'jpg'])(
    '.%s: its first kilobyte arrives at once, as lines of text',
    async (ext) => {
      const stream = await open(`/counter.${ext}`)
      const { body } = await stream.nextPart()
      expect(body.length).toBeLessThan(1024)
      expect(stream.preamble.length + body.length).toBeGreaterThanOrEqual(1024)
      expect(stream.preamble.toString('latin1')).toMatch(/^([\x20-\x7e]+\r\n)*[\x20-\x7e]+$/)
    },
  )

  test('has no preamble if the first picture has a kilobyte', async () => {
    const earlier = await open('/sine.png')
    await earlier.waitFor(({ parts }) => (parts.at(-1)?.body.length ?? 0) > 1024)
    const stream = await open('/sine.png')
    await stream.nextPart()
    expect(stream.preamble.length).toBe(0)
  })

  test.each([
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
    ['jpeg', 'image/jpeg'],
    ['webp', 'image/webp'],
  ])('.%s: each picture is followed at once by the whole head of the next part', async (ext, type) => {
    const stream = await open(`/counter/head.${ext}`)
    const boundary = stream.headers['content-type']?.split('boundary=')[1]
    const head = `\r\n--${boundary}\r\nContent-Type: ${type}\r\n\r\n`
    for (const count of [1, 2]) {
      if (count === 2) await open('/counter/head.png?shade=9')
      await stream.waitFor((s) => s.parts.length >= count)
      await stream.waitFor((s) => {
        const body = s.parts.at(-1)?.body ?? Buffer.alloc(0)
        return s
          .bytes()
          .toString('latin1')
          .endsWith(body.toString('latin1') + head)
      })
    }
    for (const { headers } of stream.parts) expect(headers).toEqual({ 'content-type': type })
  })

  test('.mjpeg for programs has the exact length of every part, and no preamble', async () => {
    const stream = await open('/counter.mjpeg', FFMPEG)
    const { body, headers } = await stream.nextPart()
    expect(headers).toEqual({ 'content-type': 'image/jpeg', 'content-length': String(body.length) })
    expect(stream.preamble.length).toBe(0)
    expect(await view(body)).toMatchObject({ width: 40, height: 20 })
  })

  test('is the same to a client of HTTP/1.0', async () => {
    const stream = await openStream(`${server.url}/counter.png`, { httpVersion: '1.0' })
    streams.push(stream)
    await shows(stream, [10, 0, 0])
    expect(stream.headers['transfer-encoding']).toBeUndefined()
  })

  test('does not send the same bytes again', async () => {
    const stream = await open('/counter/same.png?count=visitors')
    await shows(stream, [10, 0, 0])
    const connections = await open('/counter/same.png')
    // Everything in the room is drawn again; the number of people is still one.
    await shows(connections, [20, 0, 0])
    await open('/counter/same.png', OTHER_PERSON)
    await shows(connections, [30, 0, 0])
    await shows(stream, [20, 0, 0])
    const bodies = stream.parts.map(({ body }) => body.toString('latin1'))
    expect(new Set(bodies).size).toBe(bodies.length)
  })

  test('begins with a placeholder of the right size if the widget is slow', async () => {
    const stream = await open('/slow.png?wait=1s&scale=2')
    const placeholder = await view((await stream.nextPart()).body)
    expect(placeholder).toMatchObject({ width: 240, height: 80 })
    expect(placeholder.pixel).not.toEqual([0, 0, 255])
    expect(await view((await stream.nextPart()).body)).toEqual({ width: 240, height: 80, pixel: [0, 0, 255] })
  })

  test('is kept warm for Firefox by bytes that change nothing on screen', async () => {
    const quick = await start({ heartbeat: 200 })
    const quiet = await open('/counter.png?shade=1', {}, quick)
    await shows(quiet, [10, 1, 0])
    const stream = await open('/counter.png?v=1', firefox, quick)
    await shows(stream, [20, 0, 0])
    await shows(quiet, [20, 1, 0])
    const before = { parts: stream.parts.length, quiet: quiet.parts.length }
    const beat = Buffer.from('\0\0\0\0imGc')
    const tail = () => stream.bytes().subarray(stream.bytes().lastIndexOf('\x89PNG', undefined, 'latin1'))
    await stream.waitFor(() => tail().length >= 33 + 12 * 3, 'three beats')
    expect(tail().subarray(33, 41)).toEqual(beat)
    expect((tail().length - 33) % 12).toBe(0)
    expect(stream.parts.length).toBe(before.parts)
    // Other engines show the leaver without help; every 15 s is enough for proxies.
    expect(quiet.parts.length).toBe(before.quiet)
    await open('/counter.png?shade=2', {}, quick)
    await shows(stream, [30, 0, 0])
  })

  test('ends cleanly, with the picture that is on screen, when the server stops', async () => {
    const stopping = await start({})
    const stream = await open('/counter.png', {}, stopping)
    const { body } = await shows(stream, [10, 0, 0])
    await stopping.imgcast.close()
    expect(await stream.ended).toBe('end')
    expect(stream.closed).toBe(true)
    expect(stream.parts.at(-1)?.body.equals(body)).toBe(true)
  })
})

describe('Firefox', () => {
  test.each([
    ['/counter.png', /^\/counter\.png\?v=[\w-]{6,}$/],
    [
      '/counter/v1.2.webp?count=peak&label=a%20b',
      /^\/counter\/v1\.2\.webp\?count=peak&label=a%20b&v=[\w-]{6,}$/,
    ],
  ])('is sent from %s to the same URL with a v of its own', async (path, expected) => {
    const seen = new Set<string>()
    for (let time = 0; time < 2; time += 1) {
      const { status, headers } = await open(path, firefox)
      expect({ status, cache: headers['cache-control'] }).toEqual({ status: 302, cache: 'no-store' })
      const { origin, pathname, search } = new URL(headers.location ?? '', server.url + path)
      expect(origin).toBe(server.url)
      expect(pathname + search).toMatch(expected)
      seen.add(search)
      const stream = await open(pathname + search, firefox)
      expect(stream.status).toBe(200)
      await stream.nextPart()
    }
    expect(seen.size).toBe(2)
    // And v is no part of the look.
    expect(server.imgcast.stats()).toMatchObject({ connections: 2, channels: 1, rooms: 1 })
  })
})

describe('a channel', () => {
  test('is one for equal looks, however they are spelled, and draws for all of them once', async () => {
    const paths = ['', '?shade=0&count=connections', '?count=connections&t=1', '?shade=00&delivery=stream']
    const opened = await Promise.all(paths.map((query) => open(`/counter/one.png${query}`)))
    const parts = await Promise.all(opened.map((stream) => shows(stream, [40, 0, 0])))
    for (const { body } of parts) expect(body.equals(parts[0]?.body as Buffer)).toBe(true)
    expect(server.imgcast.stats()).toMatchObject({ connections: 4, channels: 1, rooms: 1 })
  })

  test('is one for each look of a room; they share the room’s count', async () => {
    const plain = await open('/counter/shared.png')
    const shaded = await open('/counter/shared.png?shade=7')
    const people = await open('/counter/shared.webp?count=visitors', OTHER_PERSON)
    await shows(plain, [30, 0, 0])
    await shows(shaded, [30, 7, 0])
    expect(server.imgcast.stats()).toMatchObject({ connections: 3, channels: 3, rooms: 1 })
    expect(await countsOf('counter/shared')).toEqual({
      ...{ room: 'counter/shared', connections: 3, visitors: 2, peak: 2 },
    })
    people.close()
    await shows(plain, [20, 0, 0])
    await shows(shaded, [20, 7, 0])
  })

  test('outlives its last viewer by the time it lingers', async () => {
    const lingering = await start({ linger: 60_000 })
    for (const each of [lingering, server]) {
      const stream = await open('/counter.png', {}, each)
      expect(each.imgcast.stats().channels).toBe(1)
      stream.close()
      await eventually(() => expect(each.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0 }))
    }
    await eventually(() => expect(server.imgcast.stats().channels).toBe(0))
    expect(lingering.imgcast.stats().channels).toBe(1)
  })

  test('has the key main if the URL has none', async () => {
    await open('/counter.png')
    await open('/counter/main.png')
    expect(server.imgcast.stats()).toMatchObject({ connections: 2, channels: 1, rooms: 1 })
  })
})

describe('a still', () => {
  const headersOf = ({ headers }: Response) => {
    const names = ['connection', 'keep-alive', 'date', 'x-powered-by']
    return Object.fromEntries([...headers].filter(([name]) => !names.includes(name)))
  }

  test.each([
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
    ['jpeg', 'image/jpeg'],
    ['webp', 'image/webp'],
  ])('.%s has exactly these headers, to GET and to HEAD', async (ext, type) => {
    const response = await fetch(`${server.url}/counter/still.${ext}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(response.status).toBe(200)
    expect(headersOf(response)).toEqual({
      ...CROSS_ORIGIN,
      'content-type': type,
      'content-length': String(bytes.length),
      age: '0',
      'cache-control': 'no-cache, max-age=0, must-revalidate',
      etag: expect.stringMatching(/^"[\w-]{20,}"$/),
      expires: expect.stringMatching(/ GMT$/),
      vary: 'Accept, Sec-Fetch-Dest, User-Agent',
    })
    expect(Date.parse(response.headers.get('expires') ?? '')).toBeLessThan(Date.now() - 86_400_000)
    expect(await view(bytes)).toMatchObject({ width: 40, height: 20 })
    const head = await fetch(`${server.url}/counter/still.${ext}`, { method: 'HEAD' })
    expect(headersOf(head)).toEqual(headersOf(response))
  })

  test('is a 304 for a client that has it, and is sent again when the count has changed', async () => {
    const url = `${server.url}/counter/etag.png`
    const etag = (await fetch(url)).headers.get('etag') ?? ''
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const response = await fetch(url, { headers: { 'If-None-Match': known } })
      expect([response.status, response.headers.get('etag')]).toEqual([304, etag])
      expect((await response.arrayBuffer()).byteLength).toBe(0)
    }
    expect((await fetch(url, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
    await shows(await open('/counter/etag.png'), [10, 0, 0])
    const changed = await fetch(url, { headers: { 'If-None-Match': etag } })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
    expect((await view(Buffer.from(await changed.arrayBuffer()))).pixel).toEqual([10, 0, 0])
  })

  test('has the requested size', async () => {
    const response = await fetch(`${server.url}/ticker.png?width=50&height=30&scale=3`)
    expect(await view(Buffer.from(await response.arrayBuffer()))).toMatchObject({ width: 150, height: 90 })
  })

  test('of a slow widget is a placeholder, in time for any image proxy', async () => {
    const response = await fetch(`${server.url}/slow.png?wait=10m`)
    expect(response.status).toBe(200)
    expect(await view(Buffer.from(await response.arrayBuffer()))).toMatchObject({ width: 120, height: 40 })
  })
})

describe('a client that only requests', () => {
  test.each(['GET', 'HEAD'])(
    'is not counted: %s of finite responses, and HEAD of everything',
    async (method) => {
      const paths = ['.png', '.jpg', '.webp', '.json', '', '.png?delivery=still']
      if (method === 'HEAD') paths.push('.mjpeg', '.png?delivery=stream')
      for (const path of paths) {
        const response = await fetch(`${server.url}/counter/nobody${path}`, { method })
        expect([path, response.status]).toEqual([path, 200])
        await response.arrayBuffer()
      }
      const nobody = { room: 'counter/nobody', connections: 0, visitors: 0, peak: 0 }
      expect(await countsOf('counter/nobody')).toEqual(nobody)
      expect(server.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0 })
    },
  )

  test.each(['.mjpeg', '.png?delivery=stream'])('with HEAD of %s gets the head of a stream', async (path) => {
    const { status, headers } = await fetch(`${server.url}/counter${path}`, { method: 'HEAD' })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^multipart\/x-mixed-replace; boundary=/)
    expect(headers.get('cache-control')).toBe('no-store, no-transform')
  })

  test('for data gets JSON that is not cached', async () => {
    const { headers } = await fetch(`${server.url}/counter.json`)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(await countsOf('remembers/any')).toEqual({ room: 'remembers/any', color: null })
  })
})
