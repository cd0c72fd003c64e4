import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readApng } from '../support/apng.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'

const NAVIGATION = { ...chromium, Accept: 'text/html,*/*;q=0.8', 'Sec-Fetch-Dest': 'document' }
const streams: RawStream[] = []
let server: TestServer

beforeAll(async () => {
  server = await startServer({ heartbeat: 100 })
})
afterAll(async () => {
  for (const stream of streams) stream.close()
  await server.close()
})

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
const bytesOf = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer())
async function open(path: string): Promise<RawStream> {
  const stream = await openStream(server.url + path, { headers: chromium })
  streams.push(stream)
  return stream
}

describe.each([
  ['gif', 'image/gif'],
  ['svg', 'image/svg+xml'],
])('.%s', (ending, type) => {
  test.each<[string, Record<string, string>]>([
    ['a browser’s image', chromium],
    ['an image proxy', { 'User-Agent': 'github-camo (876de43e)' }],
    ['curl', { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }],
  ])('is finite to %s, also where a stream is asked for', async (_who, headers) => {
    for (const query of ['', '?delivery=stream']) {
      const response = await get(`/sine/main.${ending}${query}`, {
        headers: { 'Accept-Encoding': 'identity', ...headers },
      })
      const { byteLength } = await response.arrayBuffer()
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe(type)
      expect(response.headers.get('content-length')).toBe(String(byteLength))
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('has a tag, and returns 304 to a client that has it', async () => {
    const etag = (await get(`/counter/tag.${ending}`)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    const again = await get(`/counter/tag.${ending}`, { headers: { 'If-None-Match': etag } })
    expect(again.status).toBe(304)
    const head = await get(`/counter/tag.${ending}`, { method: 'HEAD' })
    expect(head.headers.get('etag')).toBe(etag)
    expect(head.headers.get('content-type')).toBe(type)
  })

  test('has a page for people', async () => {
    const response = await get(`/sine/main.${ending}`, { headers: NAVIGATION })
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain(`/sine/main.${ending}`)
  })

  test('reports an error in its own format', async () => {
    const response = await get(`/counter.${ending}?shade=300`, { headers: chromium })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe(type)
    const { width } = await loadImage(Buffer.from(await response.arrayBuffer()))
    expect(width).toBeGreaterThan(150)
  })

  test('ignores animate', async () => {
    expect((await get(`/flip.${ending}?animate=loop`)).status).toBe(200)
  })
})

test('an SVG may run and load nothing, whether it is a picture or an error', async () => {
  for (const path of ['/online.svg', '/online.svg?scale=9']) {
    const policy = (await get(path)).headers.get('content-security-policy')
    expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
  }
})

test('a GIF of online has its green, and its corners transparent', async () => {
  const image = await loadImage(await bytesOf('/online.gif'))
  const ctx = createCanvas(image.width, image.height).getContext('2d')
  ctx.drawImage(image, 0, 0)
  const { data } = ctx.getImageData(0, 0, image.width, image.height)
  const greens = new Uint32Array(data.buffer).filter((pixel) => pixel === 0xff50b93f)
  expect(greens.length).toBeGreaterThan(10)
  expect(data[3]).toBe(0)
})

test('an SVG is the same at every scale', async () => {
  expect(await bytesOf('/counter.svg?scale=2')).toEqual(await bytesOf('/counter.svg'))
})

describe('a picture that repeats', () => {
  test('is an animated PNG of one period as a still, the same bytes each time', async () => {
    const first = await bytesOf('/flip/still.png?every=300ms')
    expect(readApng(first).pictures.map(({ delay }) => delay)).toEqual([300, 300])
    await new Promise((resolve) => setTimeout(resolve, 350))
    expect(await bytesOf('/flip/still.png?every=300ms')).toEqual(first)
  })

  test.each(['jpg', 'webp', 'png?animate=off', 'svg'].map((ending) => [ending]))(
    'is one frame as .%s',
    async (ending) => {
      const bytes = await bytesOf(`/flip/one.${ending}`)
      expect(bytes.includes('acTL') || bytes.includes('ANIM')).toBe(false)
    },
  )

  test('is pushed frame by frame to a stream by default', async () => {
    const stream = await open('/flip/push.png')
    await stream.waitFor(({ parts }) => parts.length >= 3)
    expect(stream.parts[0]?.body.includes('acTL')).toBe(false)
  })

  test('with animate=loop is one part, and then silence until something happens', async () => {
    const stream = await open('/flip/loop.png?animate=loop')
    await stream.nextPart()
    const { length } = stream.bytes()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(stream.bytes().length).toBe(length)
    expect(readApng(stream.parts[0]?.body as Buffer).pictures).toHaveLength(2)
    await open('/flip/loop.png?animate=off')
    await stream.waitFor(({ parts }) => parts.length >= 2)
    expect(readApng(stream.parts[1]?.body as Buffer).pictures).toHaveLength(2)
  })

  test.each(['jpg', 'webp', 'mjpeg'])(
    'cannot be one animated part as .%s, and the error names the formats that can',
    async (ending) => {
      const response = await get(`/flip.${ending}?animate=loop`, { headers: { Accept: 'application/json' } })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        errors: [{ name: 'animate', detail: expect.stringContaining('.png') }],
      })
    },
  )

  test('is the current frame if its period is too long to wait for', async () => {
    const bytes = await bytesOf('/flip/late.png?every=1h')
    expect(bytes.includes('acTL')).toBe(false)
    const image = await loadImage(bytes)
    const ctx = createCanvas(image.width, image.height).getContext('2d')
    ctx.drawImage(image, 0, 0)
    expect([30, 200]).toContain(ctx.getImageData(5, 5, 1, 1).data[0])
  })
})

test('animate means nothing to a picture that does not repeat', async () => {
  expect(await bytesOf('/counter.png?animate=loop')).toEqual(await bytesOf('/counter.png'))
  expect((await get('/counter.png?animate=nonsense')).status).toBe(200)
})

describe('a still', () => {
  test.each([
    ['', 'no-cache, max-age=0, must-revalidate'],
    ['?cacheSeconds=0', 'no-cache, max-age=0, must-revalidate'],
    ['?cacheSeconds=300', 'public, max-age=300'],
  ])('is kept by caches for as long as it says (%s)', async (query, expected) => {
    for (const ending of ['png', 'svg', 'gif'])
      expect((await get(`/counter/kept.${ending}${query}`)).headers.get('cache-control')).toBe(expected)
  })

  test('refuses a time that is none', async () => {
    const response = await get('/counter/kept.png?cacheSeconds=soon', {
      headers: { Accept: 'application/json' },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ name: 'cacheSeconds' }] })
  })
})

describe('an SVG', () => {
  test('is compressed for clients that take it, under a tag of its own', async () => {
    const [packed, plain] = await Promise.all(
      ['gzip, br', 'identity'].map((encoding) =>
        get('/countdown/x.svg?to=2001-01-01', { headers: { 'Accept-Encoding': encoding } }),
      ),
    )
    expect(packed?.headers.get('content-encoding')).toBe('gzip')
    expect(plain?.headers.get('content-encoding')).toBe(null)
    expect(Number(packed?.headers.get('content-length'))).toBeLessThan(
      Number(plain?.headers.get('content-length')) / 2,
    )
    expect(packed?.headers.get('etag')).not.toBe(plain?.headers.get('etag'))
    for (const response of [packed, plain]) expect(response?.headers.get('vary')).toContain('Accept-Encoding')
    expect(await packed?.text()).toBe(await plain?.text())
  })
})
