import { loadImage } from '@napi-rs/canvas'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
const BADGE = { schemaVersion: 1, label: 'build', message: 'passing', color: 'brightgreen' }

let server: TestServer
const streams: RawStream[] = []

beforeAll(async () => {
  server = await startServer({ widgets: [], token: TOKEN })
})

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close()
})

afterAll(() => server.close())

async function call(method: string, path: string, body?: unknown, authorization = `Bearer ${TOKEN}`) {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(authorization && { Authorization: authorization }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

const problem = (status: number, detail: RegExp = /./) => ({
  status,
  type: 'application/problem+json',
  body: {
    type: expect.stringMatching(/^urn:imgcast:problem:[a-z-]+$/),
    title: expect.stringMatching(/^[A-Z]/),
    status,
    detail: expect.stringMatching(detail),
  },
})

describe('a status', () => {
  test('that is put changes every open picture of it, without a new request', async () => {
    const paths = ['/status/live.png', '/status/live.webp?style=social']
    for (const path of paths) streams.push(await openStream(server.url + path))
    for (const stream of streams) await stream.nextPart()
    for (const message of ['passing', 'failing with a much longer message']) {
      const before = streams.map((stream) => stream.parts.at(-1)?.body)
      expect((await call('PUT', '/status/live', { ...BADGE, message })).status).toBe(200)
      for (const [index, stream] of streams.entries()) {
        await stream.waitFor(({ parts }) => parts.at(-1)?.body.equals(before[index] as Buffer) === false)
      }
    }
    const data = await (await fetch(`${server.url}/status/live.json`)).json()
    expect(data).toMatchObject({ label: 'build', message: 'failing with a much longer message' })
  })

  test('is as wide as its words, in the still too', async () => {
    const width = async () => {
      const response = await fetch(`${server.url}/status/wide.png`)
      return (await loadImage(Buffer.from(await response.arrayBuffer()))).width
    }
    await call('PUT', '/status/wide', { ...BADGE, message: 'ok' })
    const narrow = await width()
    await call('PUT', '/status/wide', { ...BADGE, message: 'everything is quite all right' })
    expect(await width()).toBeGreaterThan(narrow)
  })

  test('of one key leaves the others alone', async () => {
    await call('PUT', '/status/one', { ...BADGE, message: '1' })
    await call('PUT', '/status/two', { ...BADGE, message: '2' })
    expect((await call('GET', '/status/one')).body.message).toBe('1')
  })

  test('can be put, read and deleted', async () => {
    const missing = problem(404, /there is no status here/)
    expect(await call('GET', '/status/here')).toMatchObject(missing)
    expect(await call('DELETE', '/status/here')).toMatchObject(missing)
    expect(await call('PUT', '/status/here', BADGE)).toMatchObject({ status: 200, body: BADGE })
    expect(await call('GET', '/status/here')).toMatchObject({ status: 200, body: BADGE })
    expect(await call('DELETE', '/status/here')).toMatchObject({ status: 204, body: undefined })
    expect(await call('GET', '/status/here')).toMatchObject(missing)
  })

  test('that is wrong names every field, and is not set', async () => {
    const { status, body } = await call('PUT', '/status/wrong', {
      ...{ schemaVersion: 2, label: 5, message: '', isError: 'yes', style: 'round', color: 7 },
    })
    expect(status).toBe(400)
    const names = ['schemaVersion', 'label', 'message', 'isError', 'style', 'color']
    expect(body.errors.map(({ name }: { name: string }) => name)).toEqual(names)
    for (const name of names) expect(body.detail).toContain(`${name}: expected `)
    expect((await call('GET', '/status/wrong')).status).toBe(404)
  })

  test.each<[string, string | undefined]>([
    ['[]', '[]'],
    ['invalid JSON', '{"schemaVersion": 1,'],
    ['text', '"passing"'],
    ['nothing', undefined],
  ])('is no status when the body is %s: 400', async (_what, body) => {
    expect(await call('PUT', '/status/wrong', body)).toMatchObject(problem(400))
  })

  test('of more than 64 KiB is too much: 413', async () => {
    const body = { ...BADGE, logoSvg: 'x'.repeat(70_000) }
    expect(await call('PUT', '/status/wrong', body)).toMatchObject(problem(413))
  })

  test.each(['GET', 'PUT', 'DELETE'])(
    'has a valid key of a picture: %s returns 400 otherwise',
    async (method) => {
      for (const key of ['a%20b', 'k'.repeat(65), '%C3%A9']) {
        const body = method === 'PUT' ? BADGE : undefined
        expect([key, (await call(method, `/status/${key}`, body)).status]).toEqual([key, 400])
      }
    },
  )

  test('has a key that can be decoded: 400 else', async () => {
    expect(await call('GET', '/status/%zz')).toMatchObject(problem(400))
  })

  test('is not to be posted: 405 with Allow', async () => {
    const answer = await call('POST', '/status/here', BADGE)
    expect(answer).toMatchObject(problem(405))
    expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT, DELETE')
  })
})

describe('a room’s state', () => {
  test.each([
    ['nothing', '', 'application/json'],
    ['another charset', '1', 'application/json; charset=utf-16'],
    ['a number that JSON has no room for', '1e400', 'application/json'],
  ])('is not overwritten by %s', async (_what, body, type) => {
    const url = `${server.url}/api/rooms/online/blog/state/z`
    expect((await call('PUT', '/rooms/online/blog/state/z', '"kept"')).status).toBe(200)
    const headers = { 'Content-Type': type, Authorization: `Bearer ${TOKEN}` }
    const { status } = await fetch(url, { method: 'PUT', headers, body })
    expect(status).toBe(type.includes('utf-16') ? 415 : 400)
    expect((await call('GET', '/rooms/online/blog/state/z')).body).toBe('kept')
  })

  test('is appended to without losing one of many at once, and keeps the newest', async () => {
    const path = '/rooms/online/blog/state/guests'
    const posts = Array.from({ length: 12 }, (_, index) => call('POST', path, String(index)))
    for (const { status } of await Promise.all(posts)) expect(status).toBe(200)
    expect((await call('GET', path)).body).toHaveLength(12)
    expect((await call('POST', `${path}?keep=2`, '"last"')).body).toEqual([expect.any(Number), 'last'])
    expect(await call('POST', `${path}?keep=0`, '1')).toMatchObject(problem(400, /expected a whole number/))
    await call('PUT', path, '"text"')
    expect(await call('POST', path, '1')).toMatchObject(problem(409, /is not a list/))
  })

  test('is written only if it has not changed since it was read, where `If-Match` says so', async () => {
    const url = `${server.url}/api/rooms/online/blog/state/matched`
    const send = async (method: string, headers: Record<string, string>, body?: string) =>
      fetch(url, { method, headers: { Authorization: `Bearer ${TOKEN}`, ...headers }, ...(body && { body }) })
    const statusOf = async (...parts: Parameters<typeof send>) => (await send(...parts)).status
    expect(await statusOf('PUT', { 'If-Match': '*' }, '1')).toBe(412)
    const made = await send('PUT', { 'If-None-Match': '*' }, '1')
    expect(made.status).toBe(200)
    expect(await statusOf('PUT', { 'If-None-Match': '*' }, '1')).toBe(412)
    const read = await send('GET', {})
    const tag = read.headers.get('etag') as string
    expect(made.headers.get('etag')).toBe(tag)
    const written = await Promise.all(
      ['2', '3', '4'].map((body) => statusOf('PUT', { 'If-Match': `"other", ${tag}` }, body)),
    )
    expect(written.sort()).toEqual([200, 412, 412])
    const late = await send('DELETE', { 'If-Match': tag })
    expect([late.status, late.headers.get('etag') === tag]).toEqual([412, false])
    expect(await statusOf('DELETE', { 'If-Match': late.headers.get('etag') as string })).toBe(204)
  })

  test('is refused in one way, if it is too large as sent or as stored', async () => {
    const grown = Array.from({ length: 20_000 }, () => '1e20')
      .join(',')
      .slice(0, 64_000)
    for (const body of [`"${'x'.repeat(70_000)}"`, `[${grown.slice(0, grown.lastIndexOf(','))}]`]) {
      const answer = await call('PUT', '/rooms/online/blog/state/large', body)
      expect(answer).toMatchObject(problem(413, /at most 65536 bytes/))
      expect(answer.body.type).toBe('urn:imgcast:problem:too-large')
    }
  })
})

describe('the token', () => {
  test.each([
    ['none', ''],
    ['another token', 'Bearer not-the-token-at-all'],
    ['its beginning', `Bearer ${TOKEN.slice(0, -1)}`],
    ['more than it', `Bearer ${TOKEN}x`],
    ['the token in another scheme', `Basic ${TOKEN}`],
    ['it alone', TOKEN],
  ])('is needed for every call: %s is not enough', async (_what, authorization) => {
    for (const [method, path] of [
      ['PUT', '/status/secret'],
      ['GET', '/status/secret'],
      ['DELETE', '/status/secret'],
      ['GET', '/nothing'],
    ] as const) {
      const answer = await call(method, path, method === 'PUT' ? BADGE : undefined, authorization)
      expect(answer).toMatchObject(problem(401, /Authorization: Bearer/))
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(JSON.stringify(answer.body)).not.toContain(TOKEN)
    }
    expect((await call('GET', '/status/secret')).status).toBe(404)
  })

  test('accepts its scheme in any case', async () => {
    expect((await call('PUT', '/status/scheme', BADGE, `bearer ${TOKEN}`)).status).toBe(200)
  })

  test('is generated at the start if none is set: long, and different each time', async () => {
    const others = await Promise.all([startServer({ widgets: [] }), startServer({ widgets: [] })])
    const tokens = others.map(({ imgcast }) => imgcast.token)
    for (const token of tokens) expect(token).toMatch(/^[\w-]{20,}$/)
    expect(new Set(tokens).size).toBe(2)
    await Promise.all(others.map((each) => each.close()))
  })

  test('gives access to nothing that does not exist: 404', async () => {
    expect(await call('GET', '/nothing')).toMatchObject(problem(404))
  })
})

describe('health', () => {
  const get = async (url: string) => {
    const response = await fetch(url)
    return { status: response.status, body: await response.json() }
  }

  test('is public', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect(await get(server.url + path)).toEqual({ status: 200, body: { status: 'ok' } })
      expect((await fetch(server.url + path, { method: 'HEAD' })).status).toBe(200)
    }
  })

  test.each(['/healthz', '/readyz', '/metrics'])('is only to be read: %s', async (path) => {
    for (const method of ['POST', 'OPTIONS', 'DELETE']) {
      const response = await fetch(server.url + path, { method, headers: { Accept: 'image/*' } })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET, HEAD')
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  test('of a server that stops: alive, and not ready', async () => {
    const stopping = await startServer({ widgets: [] })
    await stopping.imgcast.close()
    expect(await get(`${stopping.url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } })
    expect(await get(`${stopping.url}/readyz`)).toEqual({
      status: 503,
      body: { status: 'stopping', reason: 'the server is stopping' },
    })
    await stopping.close()
  })
})
