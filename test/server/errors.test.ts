import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'

type Headers = Record<string, string>

const CAMO = { 'User-Agent': 'github-camo (876de43e)', Accept: 'image/*' }
const JSON_PLEASE = { Accept: 'application/json' }

let server: TestServer
const streams: RawStream[] = []
const servers: TestServer[] = []
const folders: string[] = []

beforeAll(async () => {
  server = await startServer()
})

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  for (const each of servers.splice(0)) await each.close()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

afterAll(() => server.close())

async function start(...args: Parameters<typeof startServer>): Promise<TestServer> {
  const started = await startServer(...args)
  servers.push(started)
  return started
}

async function open(url: string, headers: Headers = {}): Promise<RawStream> {
  const stream = await openStream(url, { headers })
  streams.push(stream)
  return stream
}

/** Asks as an image load does, and takes the picture of what is wrong apart. */
async function picture(url: string, headers: Headers = {}, method = 'GET') {
  const response = await fetch(url, { headers: { ...chromium, ...headers }, method })
  const image = await loadImage(Buffer.from(await response.arrayBuffer()))
  const type = response.headers.get('content-type')
  return {
    status: response.status,
    headers: response.headers,
    type,
    width: image.width,
    height: image.height,
  }
}

async function problem(url: string, headers: Headers = JSON_PLEASE, method = 'GET') {
  const response = await fetch(url, { headers, method })
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return (await response.json()) as { status: number; detail: string; errors?: { name: string }[] }
}

describe('an error', () => {
  test.each([
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
    ['jpeg', 'image/jpeg'],
    ['webp', 'image/webp'],
    ['mjpeg', 'image/jpeg'],
  ])(
    'is a picture to an image load of .%s: %s, as large as the words need, in the picture’s own proportions',
    async (ext, type) => {
      const card = await picture(`${server.url}/counter.${ext}?shade=300`)
      expect(card).toMatchObject({ status: 400, type })
      expect(card.headers.get('cache-control')).toBe('no-store')
      expect(card.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
      expect(card.width).toBeGreaterThan(150)
      expect(card.width / card.height).toBeCloseTo(2, 1)
    },
  )

  test.each<[string, Headers]>([
    ['.png', JSON_PLEASE],
    ['.json', {}],
    ['.json', chromium],
    ['.json', CAMO],
  ])('is a problem document to %s (%o)', async (ext, headers) => {
    expect(await problem(`${server.url}/counter${ext}?shade=300`, headers)).toEqual({
      type: 'urn:imgcast:problem:bad-parameter',
      title: 'Bad Request',
      status: 400,
      detail: 'shade: expected a whole number from 0 to 255, got "300"',
      errors: [{ name: 'shade', detail: 'expected a whole number from 0 to 255, got "300"' }],
    })
  })

  test.each([
    ['/counter/%20.json', 'GET', 400],
    ['/counter/%zz.json', 'GET', 400],
    ['/counter/a%2Ejson?shade=300', 'GET', 400],
    [`/counter/a.json?t=${'x'.repeat(3000)}`, 'GET', 414],
    ['/counter/a.json', 'POST', 405],
  ])('is a problem document for data, whatever is wrong: %s', async (path, method, status) => {
    expect(await problem(server.url + path, CAMO, method)).toMatchObject({ status })
  })

  test('is a page to a reader', async () => {
    const headers = { ...chromium, 'Sec-Fetch-Dest': 'document', Accept: 'text/html,*/*;q=0.8' }
    const response = await fetch(`${server.url}/nope/lobby.png`, { headers })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await response.text()).toMatch(/No widget nope.*You requested <code>\/nope/s)
  })

  test.each([
    '/nope.png',
    '/counter.png?shade=300',
    '/counter/%zz.png',
    `/counter.png?t=${'x'.repeat(2100)}`,
  ])('goes with status 200 to an image proxy: %s', async (path) => {
    expect(await picture(server.url + path, CAMO)).toMatchObject({ status: 200, type: 'image/png' })
  })

  test('has all of several wrong parameters', async () => {
    const { detail, errors } = await problem(`${server.url}/ticker.png?width=5&height=tall&every=1h&scale=9`)
    expect(errors?.map(({ name }) => name).sort()).toEqual(['every', 'height', 'scale', 'width'])
    for (const words of [
      'width: expected a whole number from 10 to 400, got "5"',
      'height: expected a whole number from 10 to 400, got "tall"',
      'every: expected a time from 20ms to 1m, got "1h"',
      'scale: expected a number from 1 to 3, got "9"',
    ]) {
      expect(detail).toContain(words)
    }
  })

  test.each([
    ['/countr.png', 404, /no widget countr, did you mean counter\?/],
    ['/COUNTER.png', 404, /no widget COUNTER, did you mean counter\?/],
    ['/tickers/lobby.png', 404, /did you mean ticker\?/],
    ['/a/b/c.png', 404, /nothing here/],
    ['/counter/a%20b.png', 400, /key: expected 1 to 64 characters .*, got "a b"/],
    ['/counter/%zz.png', 400, /key: expected 1 to 64 characters/],
    ['/counter.png?delivery=pigeon', 400, /delivery: expected stream or still, got "pigeon"/],
  ])('says what is wrong with %s', async (path, status, words) => {
    expect(await problem(server.url + path)).toMatchObject({ status, detail: expect.stringMatching(words) })
    expect((await picture(server.url + path)).status).toBe(status)
  })

  test('of one address have text up to a rate, then none, and its valid pictures are still sent', async () => {
    const { url } = await start()
    const ask = async (path: string) => {
      const response = await fetch(url + path, { headers: chromium })
      const { length } = Buffer.from(await response.arrayBuffer())
      return { status: response.status, length, retryAfter: response.headers.get('retry-after') }
    }
    const all = []
    for (let turn = 0; turn < 20; turn += 1)
      all.push(...(await Promise.all(Array.from({ length: 25 }, (_, n) => ask(`/none${turn}-${n}.png`)))))
    const bare = all.filter(({ status }) => status === 429)
    expect(all.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(200)
    expect(bare.length).toBeGreaterThan(0)
    expect(new Set(bare.map(({ length, retryAfter }) => `${length} ${retryAfter}`))).toEqual(
      new Set(['0 10']),
    )
    expect((await ask('/counter/a.png?delivery=still')).status).toBe(200)
  })

  test('begins with a URL of more than 2048 characters: 414', async () => {
    const url = (length: number) => `${server.url}/counter.png?t=${'x'.repeat(length - 15)}`
    expect((await fetch(url(2048))).status).toBe(200)
    expect((await picture(url(2049))).status).toBe(414)
    expect(await problem(url(2049))).toMatchObject({
      ...{ status: 414, detail: 'expected a URL of at most 2048 characters, got 2049' },
    })
  })

  test('is no error if an extension is percent-encoded', async () => {
    const response = await picture(`${server.url}/counter/a%2Epng?delivery=still`)
    expect([response.status, response.type]).toEqual([200, 'image/png'])
  })

  test('is a picture without an extension, for an image load of a page', async () => {
    expect(await picture(`${server.url}/counter/lobby`)).toMatchObject({ status: 404, type: 'image/png' })
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s is not allowed: 405 with Allow',
    async (method) => {
      const card = await picture(`${server.url}/counter.png`, {}, method)
      expect(card).toMatchObject({ status: 405, type: 'image/png' })
      expect(card.headers.get('allow')).toBe('GET, HEAD')
      expect(await problem(`${server.url}/counter.png`, JSON_PLEASE, method)).toMatchObject({ status: 405 })
    },
  )
})

describe('limits', () => {
  const retry = expect.stringMatching(/^\d+$/)

  test('one address has a limit of streams: 429, and no other address is affected', async () => {
    const { url } = await start({ maxConnectionsPerAddress: 2 }, 'loopback')
    const from = (address: string) => ({ 'X-Forwarded-For': address })
    for (let time = 0; time < 2; time += 1) await open(`${url}/counter.png`, from('192.0.2.1'))
    const card = await picture(`${url}/counter.png`, from('192.0.2.1'))
    expect(card).toMatchObject({ status: 429, type: 'image/png' })
    expect(card.headers.get('retry-after')).toEqual(retry)
    expect((await open(`${url}/counter.png`, from('192.0.2.2'))).status).toBe(200)
    expect((await fetch(`${url}/counter.png`, { headers: from('192.0.2.1') })).status).toBe(200)
    expect(await (await fetch(`${url}/counter.json`)).json()).toMatchObject({ connections: 3, visitors: 2 })
  })

  test('a proxy that writes ports behind addresses is understood', async () => {
    const { url } = await start({ maxConnectionsPerAddress: 2 }, 'loopback')
    const from = (address: string) => ({ 'X-Forwarded-For': address })
    for (const address of ['192.0.2.1:5000', '192.0.2.1:5001'])
      await open(`${url}/counter.png`, from(address))
    expect((await picture(`${url}/counter.png`, from('192.0.2.1'))).status).toBe(429)
    for (const address of ['2001:db8::1', '[2001:db8::1]:443'])
      await open(`${url}/counter.png`, from(address))
    expect(await (await fetch(`${url}/counter.json`)).json()).toMatchObject({ connections: 4, visitors: 2 })
  })

  test('a full server returns 503; a viewer that leaves makes room', async () => {
    const { url, imgcast } = await start({ maxConnections: 1 })
    const stream = await open(`${url}/counter.png`)
    const card = await picture(`${url}/counter.png`)
    expect(card).toMatchObject({ status: 503, type: 'image/png' })
    expect(card.headers.get('retry-after')).toEqual(retry)
    stream.close()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
    expect((await open(`${url}/counter.png`)).status).toBe(200)
  })

  test('idle channels make room for new ones; watched ones do not: 503', async () => {
    const { url, imgcast } = await start({ maxChannels: 2, linger: 60_000 })
    const shaded = (shade: number) => `${url}/counter.png?shade=${shade}`
    await open(shaded(0))
    for (const shade of [1, 2, 3]) expect((await fetch(shaded(shade))).status).toBe(200)
    expect(imgcast.stats()).toMatchObject({ connections: 1, channels: 2 })
    await open(shaded(4))
    expect(imgcast.stats()).toMatchObject({ connections: 2, channels: 2 })
    const card = await picture(shaded(5))
    expect(card).toMatchObject({ status: 503, type: 'image/png' })
    expect(card.headers.get('retry-after')).toEqual(retry)
    expect((await fetch(shaded(5))).status).toBe(503)
    expect((await open(shaded(0))).status).toBe(200)
    expect(imgcast.stats()).toMatchObject({ connections: 3, channels: 2 })
  })

  test('pictures are for the allowed pages and the server’s own: 403', async () => {
    const { url } = await start({ allowReferrer: ['forum.example', '*.blog.example'] })
    const on = async (Referer: string) => {
      const headers = { ...(Referer && { Referer }) }
      return (await open(`${url}/counter.png`, headers)).status
    }
    for (const page of ['https://forum.example/t/1', 'https://my.blog.example/', `${url}/counter/main`]) {
      expect(await on(page)).toBe(200)
    }
    for (const page of ['https://evil.example/', '']) expect(await on(page)).toBe(403)
    expect(await picture(`${url}/counter.png`, { Referer: 'https://evil.example/' })).toMatchObject({
      ...{ status: 403, type: 'image/png' },
    })
  })
})

describe('a broken widget', () => {
  test('a still of a widget that failed is its card with status 500, a problem for JSON, 200 for an image proxy', async () => {
    const url = `${server.url}/throws/still.png`
    const card = await fetch(url)
    expect([card.status, card.headers.get('content-type')]).toEqual([500, 'image/png'])
    expect((await loadImage(Buffer.from(await card.arrayBuffer()))).width).toBeGreaterThan(100)
    const problem = await fetch(url, { headers: JSON_PLEASE })
    expect(await problem.json()).toMatchObject({ status: 500, detail: 'throws failed to draw' })
    expect((await fetch(url, { headers: CAMO })).status).toBe(200)
  })

  test.each([
    ['city', 404, 'No such city'],
    ['source', 503, 'The source is down'],
    ['promise', 500, 'fails returned a promise from draw: await in load, whose result draw gets as data'],
  ])(
    'by=%s: its own words are on the card and in the problem, with status %i',
    async (by, status, detail) => {
      const url = `${server.url}/fails.png?by=${by}&delivery=still`
      expect(await picture(url)).toMatchObject({ status, type: 'image/png' })
      expect(await problem(url)).toMatchObject({ status, detail })
    },
  )

  test('a click that the widget refuses gets its words and status', async () => {
    const refused = await problem(`${server.url}/fails/main/click/taken`, { Accept: 'application/json' })
    expect(refused).toMatchObject({ status: 409, detail: 'This field is taken' })
    expect((await fetch(`${server.url}/fails/main/click/free`)).status).toBe(204)
  })

  test.each(['throws', 'loops', 'exits', 'aborts'])(
    '%s: shows its error card in its own stream, and no other stream ends',
    async (widget) => {
      const { url, imgcast } = await start({ drawTimeout: 500 })
      const healthy = await open(`${url}/ticker.png?every=100ms`)
      await healthy.waitFor(({ parts }) => parts.length >= 2)
      const broken = await open(`${url}/${widget}.png`)
      const quiet = await open(`${url}/slow.png?wait=10m`)
      const placeholder = (await quiet.nextPart()).body
      await broken.waitFor(({ parts }) => parts.some(({ body }) => body.length > placeholder.length * 2))
      const card = await loadImage(broken.parts.at(-1)?.body as Buffer)
      expect([card.width, card.height]).toEqual([160, 40])
      const before = healthy.parts.length
      await healthy.waitFor(({ parts }) => parts.length >= before + 3)
      expect(imgcast.stats().connections).toBe(3)
      expect(broken.closed || healthy.closed).toBe(false)
      expect((await fetch(`${url}/${widget}.json`)).status).toBe(200)
    },
  )

  test('recovers in the open stream when its file is repaired', async () => {
    const folder = await mkdtemp(join(fileURLToPath(new URL('../', import.meta.url)), '.tmp-'))
    folders.push(folder)
    const write = (body: string) =>
      writeFile(
        join(folder, 'mine.mjs'),
        `import { defineWidget } from 'imgcast/widget'
        export default defineWidget({ title: 'Mine', size: { width: 30, height: 20 }, draw(ctx) { ${body} } })`,
      )
    await write('throw new Error("not yet")')
    const { url, imgcast } = await start({ widgets: folder })
    const stream = await open(`${url}/mine.png`)
    await stream.nextPart()
    await write('ctx.fillStyle = "#0f0"; ctx.fillRect(0, 0, 30, 20)')
    await stream.waitFor(({ parts }) => parts.length >= 2, 'another picture')
    await eventually(async () => {
      const ctx = createCanvas(30, 20).getContext('2d')
      ctx.drawImage(await loadImage(stream.parts.at(-1)?.body as Buffer), 0, 0)
      expect([...ctx.getImageData(15, 10, 1, 1).data]).toEqual([0, 255, 0, 255])
    })
    expect(await (await fetch(`${url}/mine.json`)).json()).toMatchObject({ connections: 1, peak: 1 })
    expect(imgcast.stats()).toMatchObject({ connections: 1, channels: 1 })
    expect(stream.closed).toBe(false)
  })
})
