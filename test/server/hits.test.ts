import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, firefox, openStream, type RawStream } from '../support/stream-reader.ts'

let server: TestServer
let themes: string
const streams: RawStream[] = []

beforeAll(async () => {
  themes = mkdtempSync(join(tmpdir(), 'imgcast-digits-'))
  mkdirSync(join(themes, 'red'))
  const ctx = createCanvas(20, 30).getContext('2d')
  ctx.fillStyle = 'red'
  ctx.fillRect(0, 0, 20, 30)
  for (let digit = 0; digit < 10; digit += 1)
    writeFileSync(join(themes, 'red', `${digit}.png`), ctx.canvas.encodeSync('png'))
  server = await startServer({ hitsThemes: themes })
})
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close()
})
afterAll(async () => {
  await server.close()
  rmSync(themes, { recursive: true })
})

/** The widget `asked` shows the hits of its room. */
async function hitsOf(key: string): Promise<number> {
  return (await fetch(`${server.url}/asked/${key}.json`)).json() as Promise<number>
}

async function get(path: string, init: RequestInit = {}): Promise<{ status: number; width: number }> {
  const response = await fetch(server.url + path, init)
  const body = Buffer.from(await response.arrayBuffer())
  const isPng = response.headers.get('content-type') === 'image/png' && body.length > 24
  return { status: response.status, width: isPng ? body.readUInt32BE(16) : 0 }
}

async function watch(path: string, headers: Record<string, string>): Promise<RawStream> {
  const stream = await openStream(server.url + path, { headers })
  streams.push(stream)
  return stream
}

test('a still is a hit, and has its own hit in it', async () => {
  expect(await get('/asked/still.png')).toEqual({ status: 200, width: 11 })
  expect(await get('/asked/still.png')).toEqual({ status: 200, width: 12 })
  expect(await get('/asked/still.png?scale=2')).toEqual({ status: 200, width: 26 })
  expect(await hitsOf('still')).toBe(3)
})

test('a stream is a hit, and open pictures show those that follow', async () => {
  const first = await watch('/asked/stream.png', chromium)
  const widthIs = (width: number) => (stream: RawStream) =>
    stream.parts.at(-1)?.body.readUInt32BE(16) === width
  await first.waitFor(widthIs(11))
  const second = await watch('/asked/stream.png', chromium)
  for (const stream of [first, second]) await stream.waitFor(widthIs(12))
  await get('/asked/stream.png')
  for (const stream of [first, second]) await stream.waitFor(widthIs(13))
})

const proxy = { headers: { 'User-Agent': 'github-camo (876de43e)', Via: '1.1 github-camo' } }

test('only=proxies counts what an image proxy loads, and unique=day each visitor once', async () => {
  const hits = async (key: string) =>
    ((await (await fetch(`${server.url}/hits/${key}.json`)).json()) as { hits: number }).hits
  for (const init of [{}, proxy, proxy]) await get('/hits/of-proxies.png?only=proxies', init)
  expect(await hits('of-proxies')).toBe(2)
  for (const agent of ['one', 'one', 'two'])
    await get('/hits/unique.svg?unique=day', { headers: { 'User-Agent': agent } })
  expect(await hits('unique')).toBe(2)
  // A failed request is none, and does not use up the visitor's hit.
  await get('/hits/failed.png?unique=day&size=1')
  await get('/hits/failed.png?unique=day')
  expect(await hits('failed')).toBe(1)
})

test('are set through the API, and go on from there in open pictures', async () => {
  const headers = { Authorization: `Bearer ${server.imgcast.token}`, 'Content-Type': 'application/json' }
  const put = (body: string) =>
    fetch(`${server.url}/api/rooms/asked/set/hits`, { method: 'PUT', headers, body })
  const open = await watch('/asked/set.png', chromium)
  const response = await put('{"hits": 40}')
  expect([response.status, await response.json()]).toEqual([200, { hits: 40 }])
  await open.waitFor(({ parts }) => parts.at(-1)?.body.readUInt32BE(16) === 50)
  await get('/asked/set.png')
  expect(await hitsOf('set')).toBe(41)
  for (const body of ['{"hits": -1}', '{"hits": 1.5}', '{}', '7']) expect((await put(body)).status).toBe(400)
})

test('an image proxy is shown how often online was loaded today, since it hides the viewers', async () => {
  const textOf = async (key: string, init: RequestInit) => {
    const [picture, same] = await Promise.all(
      [`/online/${key}.png`, `/online/other-${key}.png?loads=2&count=visitors`].map(async (path, index) => {
        const response = await fetch(server.url + path, index === 0 ? init : {})
        return Buffer.from(await response.arrayBuffer())
      }),
    )
    return picture?.equals(same as Buffer)
  }
  await get('/online/proxied.png')
  expect(await textOf('proxied', proxy)).toBe(true)
  await get('/online/direct.png')
  expect(await textOf('direct', {})).toBe(false)
})

test('are shown by the pictures of a theme, and by digits where there is no such theme', async () => {
  const sizeOf = async (path: string) => {
    const { width, height } = await loadImage(
      Buffer.from(await (await fetch(server.url + path)).arrayBuffer()),
    )
    return [width, height]
  }
  expect(await sizeOf('/hits/themed.png?images=red&digits=3&size=30')).toEqual([60, 30])
  expect(await sizeOf('/hits/themed.gif?images=red&digits=4&size=60&style=flat')).toEqual([160, 60])
  const plain = await sizeOf('/hits/plain.png')
  for (const name of ['blue', 'no%20theme', '..'])
    expect(await sizeOf(`/hits/plain.png?images=${name}`)).toEqual(plain)
  expect(await (await fetch(`${server.url}/hits/plain.json?images=red`)).json()).toMatchObject({
    ...{ room: 'hits/plain', hits: 4, today: 4 },
  })
})

test('a look that says so is no hit', async () => {
  await get('/hits/quiet.png')
  await get('/hits/quiet.png?count=no')
  const body = await (await fetch(`${server.url}/hits/quiet.json`)).json()
  expect(body).toMatchObject({ hits: 1, today: 1 })
})

test('a counter inside a grid counts, once for all its looks', async () => {
  await get('/grid/wall.png?show=asked/within,asked/within?scale=2,online/within')
  expect(await hitsOf('within')).toBe(1)
})

test('a picture that has not changed, 304, is a hit', async () => {
  expect((await get('/asked/same.png', { headers: { 'If-None-Match': '*' } })).status).toBe(304)
  expect(await hitsOf('same')).toBe(1)
})

test('Firefox is one hit, not two', async () => {
  const redirect = await watch('/asked/fox.png', firefox)
  expect(redirect.status).toBe(302)
  expect(await hitsOf('fox')).toBe(0)
  const { pathname, search } = new URL(redirect.headers.location ?? '', `${server.url}/asked/fox.png`)
  await (await watch(pathname + search, firefox)).nextPart()
  expect(await hitsOf('fox')).toBe(1)
})

test.each([
  ['HEAD', 'a.png', { method: 'HEAD' }, 200],
  ['HEAD of a stream', 'b.png?delivery=stream', { method: 'HEAD' }, 200],
  ['data', 'c.json', {}, 200],
  ['a page', 'd', { headers: { Accept: 'text/html' } }, 200],
  [
    'a page of a picture',
    'e.png',
    { headers: { ...chromium, 'Sec-Fetch-Dest': 'document', Accept: 'text/html' } },
    200,
  ],
  ['a wrong parameter', 'f.png?scale=9', {}, 400],
  ['a wrong method', 'g.png', { method: 'POST' }, 405],
  ['a picture that fails', 'h.png?cheat=true', {}, 500],
])('%s is no hit', async (_, path, init, status) => {
  expect((await get(`/asked/none-${path}`, init)).status).toBe(status)
  expect(await hitsOf(`none-${path[0]}`)).toBe(0)
})

test('a viewer too many is no hit', async () => {
  const full = await startServer({ maxConnections: 1 })
  const path = `${full.url}/asked/full.png`
  try {
    streams.push(await openStream(path, { headers: chromium }))
    const refused = await openStream(path, { headers: chromium })
    expect(refused.status).toBe(503)
    refused.close()
    expect(await (await fetch(`${full.url}/asked/full.json`)).json()).toBe(1)
  } finally {
    await full.close()
  }
})

test('a widget cannot write the server’s own names', async () => {
  const response = await fetch(`${server.url}/asked/cheat.json?cheat=true`)
  expect(response.status).toBe(500)
  await response.arrayBuffer()
  expect(await hitsOf('cheat')).toBe(0)
})

test('hits are there again after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-hits-'))
  const store = `file:${join(folder, 'a.db')}`
  for (const expected of [1, 2]) {
    const again = await startServer({ store })
    await (await fetch(`${again.url}/asked/a.png`)).arrayBuffer()
    expect(await (await fetch(`${again.url}/asked/a.json`)).json()).toBe(expected)
    await again.close()
  }
  rmSync(folder, { recursive: true })
})
