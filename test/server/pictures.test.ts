import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { contentType } from '../../src/picture/frame.ts'
import { eventually } from '../support/eventually.ts'
import { noisyFrame, plainFrame } from '../support/frames.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-pictures-'))
const store = `file:${join(folder, 'pictures.db')}`
const token = 'a-token-of-the-tests'
const IMAGE = { 'Sec-Fetch-Dest': 'image' }
let server: TestServer
const start = async () => {
  server = await startServer({
    widgets: [],
    store,
    token,
    maxPictureBytes: 200_000,
    maxPicturesBytes: 400_000,
  })
}
beforeAll(start)
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const call = (method: string, path: string, body?: Buffer | string) =>
  fetch(`${server.url}/api/pictures${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
const push = async (key: string, body: Buffer | string, query = '') => {
  const response = await call('PUT', `/${key}${query}`, body)
  expect(response.status, await response.clone().text()).toBe(200)
  return response.json() as Promise<Record<string, unknown>>
}
const still = async (path: string) => {
  const response = await fetch(`${server.url}/picture/${path}`)
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}
const colorOf = async (bytes: Buffer) => {
  const { data, width, height } = await decode(bytes)
  const at = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 4
  return { width, height, color: [...data.slice(at, at + 3)] }
}
const red = plainFrame('#ff0000', { width: 40, height: 20 })
const blue = plainFrame('#0000ff', { width: 60, height: 30 })
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 20"><rect width="50" height="20" fill="#00ff00"/></svg>'

describe('a pushed picture', () => {
  test.each(['png', 'jpeg', 'webp', 'gif'] as const)('passes untouched as %s', async (format) => {
    const { bytes } = plainFrame('#ff0000', { format, width: 40, height: 20 })
    const extension = format === 'jpeg' ? 'jpg' : format
    expect(await push(format, bytes)).toMatchObject({
      key: format,
      format,
      width: 40,
      height: 20,
      bytes: bytes.length,
    })
    const got = await still(`${format}.${extension}?t=123`)
    expect(got.headers.get('content-type')).toBe(contentType(format))
    expect(got.bytes.equals(bytes)).toBe(true)
    const tag = got.headers.get('etag') ?? ''
    const again = await fetch(`${server.url}/picture/${format}.${extension}`, {
      headers: { 'If-None-Match': tag },
    })
    expect(again.status).toBe(304)
  })

  test('is shown by every open stream as it came', async () => {
    await push('live', red.bytes)
    const streams = await Promise.all(
      [0, 1].map(() => openStream(`${server.url}/picture/live.png`, { headers: IMAGE })),
    )
    for (const stream of streams) expect((await stream.nextPart()).body.equals(red.bytes)).toBe(true)
    await push('live', blue.bytes)
    for (const stream of streams) expect((await stream.nextPart()).body.equals(blue.bytes)).toBe(true)
    await call('DELETE', '/live')
    for (const stream of streams) {
      expect(await colorOf((await stream.nextPart()).body)).toMatchObject({ width: 320, height: 180 })
      stream.close()
    }
  })

  test('is drawn in the look that the URL asks for', async () => {
    await push('look', red.bytes)
    expect(await colorOf((await still('look.png?width=80')).bytes)).toEqual({
      width: 80,
      height: 40,
      color: [255, 0, 0],
    })
    expect(await colorOf((await still('look.png?rotate=90')).bytes)).toMatchObject({ width: 20, height: 40 })
    expect(await colorOf((await still('look.png?crop=0,0,50,50&scale=2')).bytes)).toMatchObject({
      width: 40,
      height: 20,
    })
    const jpeg = await still('look.jpg')
    expect(jpeg.headers.get('content-type')).toBe('image/jpeg')
    expect(await colorOf(jpeg.bytes)).toMatchObject({ width: 40, height: 20 })
    expect((await still('look.bmp?bits=1')).bytes.toString('latin1', 0, 2)).toBe('BM')
    const boxed = await decode((await still('look.png?width=40&height=40&background=00ff00')).bytes)
    expect([...boxed.data.slice(0, 3)]).toEqual([0, 255, 0])
    expect((await still('look.png?crop=nonsense')).status).toBe(400)
    expect((await still('look.png?width=4096&height=4096&scale=3')).status).toBe(400)
  })

  test('that is an SVG is drawn to pixels, in its own size or a larger one', async () => {
    expect(await push('vector', SVG)).toMatchObject({ format: 'svg', width: 50, height: 20 })
    expect(await colorOf((await still('vector.png')).bytes)).toEqual({
      width: 50,
      height: 20,
      color: [0, 255, 0],
    })
    expect(await colorOf((await still('vector.png?width=100')).bytes)).toMatchObject({
      width: 100,
      height: 40,
    })
  })

  test('survives a restart, without the files of former ones', async () => {
    await push('kept', blue.bytes)
    await push('kept', red.bytes)
    await server.close()
    await start()
    expect((await still('kept.png')).bytes.equals(red.bytes)).toBe(true)
    const files = readdirSync(`${join(folder, 'pictures.db')}.pictures`)
    expect(files.filter((file) => file.startsWith('kept'))).toHaveLength(1)
    const { pictures } = (await (await call('GET', '')).json()) as { pictures: { key: string }[] }
    expect(pictures.map(({ key }) => key)).toContain('kept')
  })

  test('is marked as late once its time is over', async () => {
    const { at, lateAt } = await push('late', red.bytes, '?ttl=1s')
    expect(Date.parse(String(lateAt)) - Date.parse(String(at))).toBe(1000)
    expect((await still('late.png')).bytes.equals(red.bytes)).toBe(true)
    await eventually(async () => expect((await still('late.png')).bytes.equals(red.bytes)).toBe(false), {
      timeout: 10_000,
    })
    const ageOf = async () => Number((await fetch(`${server.url}/picture/late.png`)).headers.get('age'))
    expect(await ageOf()).toBeGreaterThan(0)
    await push('late', red.bytes)
    expect((await still('late.png')).bytes.equals(red.bytes)).toBe(true)
    expect(await ageOf()).toBe(0)
  })

  test('has its facts in .json', async () => {
    await push('facts', red.bytes)
    const { picture } = (await (await fetch(`${server.url}/picture/facts.json`)).json()) as {
      picture: object
    }
    expect(picture).toMatchObject({ format: 'png', width: 40, height: 20, bytes: red.bytes.length })
  })
})

describe('a push is refused', () => {
  const damaged = Buffer.from(noisyFrame(1, 40).bytes)
  damaged.fill(0, 60, 200)
  test.each([
    [415, 'text', Buffer.from('no picture')],
    [415, 'nothing', Buffer.alloc(0)],
    [415, 'a picture cut short', red.bytes.subarray(0, -20)],
    [415, 'HTML', Buffer.from('<html><svg></svg></html>')],
    [422, 'a damaged picture', damaged],
    [413, 'too many bytes', Buffer.alloc(200_001)],
    [
      413,
      'too many pixels',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9999" height="9999"></svg>'),
    ],
  ])('with %i for %s', async (status, _name, bytes) => {
    const response = await call('PUT', '/bad', bytes)
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ status })])
  })

  test('without the token, for a wrong key and for a time that is none', async () => {
    const bare = await fetch(`${server.url}/api/pictures/x`, {
      method: 'PUT',
      body: new Uint8Array(red.bytes),
    })
    expect(bare.status).toBe(401)
    expect((await call('PUT', '/a%2Fb', red.bytes)).status).toBe(400)
    expect((await call('PUT', '/x?ttl=soon', red.bytes)).status).toBe(400)
    expect((await call('GET', '/never')).status).toBe(404)
    expect((await call('DELETE', '/never')).status).toBe(404)
  })

  test('with 507 once all pictures together are too many bytes', async () => {
    const large = (seed: number) => noisyFrame(seed, 220).bytes
    expect(large(1).length).toBeGreaterThan(120_000)
    const statuses = []
    for (const key of ['a', 'b', 'c', 'd'])
      statuses.push((await call('PUT', `/${key}`, large(key.charCodeAt(0)))).status)
    expect(statuses).toContain(507)
    expect((await call('PUT', '/a', large(7))).status).toBe(200)
  })
})
