import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DescribedApi } from '../support/described-api.ts'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
const BADGE = { schemaVersion: 1, label: 'build', message: 'passing', color: 'brightgreen' }
/** Text in another charset than the API reads. */
const FOREIGN = { body: '"x"', headers: { 'Content-Type': 'application/json; charset=utf-16' } }
/** A port of this machine without a listener. */
const NOBODY = 'http://127.0.0.1:9/'

let server: TestServer
let api: DescribedApi
const streams: RawStream[] = []

beforeAll(async () => {
  const cameras = fileURLToPath(new URL('../fixtures/cameras.yaml', import.meta.url))
  server = await startServer({ token: TOKEN, maxPicturesBytes: 1_000, maxSeries: 1, cameras })
  api = await DescribedApi.open(server.url, TOKEN)
})

afterAll(async () => {
  for (const stream of streams) stream.close()
  await server.close()
})

/** Requests the same resource again: it has not changed. */
async function again(path: string): Promise<void> {
  const etag = (await api.call('GET', path)).headers.get('etag') ?? ''
  const { status, body } = await api.call('GET', path, { headers: { 'If-None-Match': etag } })
  expect([status, body]).toEqual([304, undefined])
}

/** Puts as many as there may be, and one more. */
async function fill(count: number, add: (index: number) => Promise<{ status: number }>): Promise<number> {
  for (let index = 0; index < count; index += 1) expect((await add(index)).status).toBeLessThan(300)
  return (await add(count)).status
}

describe('the API follows its OpenAPI document', () => {
  test('which is valid OpenAPI 3.1, public, and names the API’s address', async () => {
    const response = await fetch(`${server.url}/api/openapi.json`)
    const document = (await response.json()) as {
      openapi: string
      servers: object[]
      info: { version: string }
    }
    const { valid, errors } = await new Validator().validate(document)
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(document.openapi).toBe('3.1.0')
    expect(document.servers).toEqual([{ url: '/' }])
    await api.call('GET', '/api/openapi.json')
    await again('/api/openapi.json')
    await api.call('POST', '/api/openapi.json')
  })

  test('of the history of a room', async () => {
    const history = '/api/rooms/online/asked-then/history'
    await fetch(`${server.url}/online/asked-then.png?delivery=still`)
    await eventually(async () => {
      expect((await api.call('GET', history)).body.steps).toMatchObject([{ hits: 1 }])
    })
    expect((await api.call('GET', `${history}?format=csv`)).body).toContain('time,visitors_peak')
    for (const format of ['json', 'csv']) await again(`${history}?to=2026-01-01&format=${format}`)
    await api.call('GET', `${history}?step=second`)
    await api.call('PUT', history)
    await api.call('GET', '/api/rooms/Nobody/asked/history')
  })

  test('of rooms', async () => {
    await fetch(`${server.url}/online/asked.png?delivery=still`)
    streams.push(await openStream(`${server.url}/online/watched.png`))
    await eventually(async () => {
      expect((await api.call('GET', '/api/rooms')).body.total).toBe(3)
    })
    const first = await api.call('GET', '/api/rooms?limit=1')
    expect(first.body.rooms).toMatchObject([{ room: 'online/watched', connections: 1, visitors: 1, hits: 1 }])
    const etag = first.headers.get('etag') ?? ''
    expect((await api.call('GET', '/api/rooms?limit=1', { headers: { 'If-None-Match': etag } })).status).toBe(
      304,
    )
    await api.call('GET', '/api/rooms?sort=size')
    const one = await api.call('GET', '/api/rooms/online/watched')
    const tag = one.headers.get('etag') ?? ''
    await api.call('GET', '/api/rooms/online/watched', { headers: { 'If-None-Match': tag } })
    await api.call('GET', '/api/rooms/online/nobody')
    await api.call('GET', '/api/rooms/online/a%20b')
    await api.call('PUT', '/api/rooms/online/watched')
    expect((await api.call('DELETE', '/api/rooms/online/watched')).body.type).toMatch(/room-watched$/)
    expect((await api.call('DELETE', '/api/rooms/online/asked')).status).toBe(204)
    expect((await api.call('DELETE', '/api/rooms/online/asked')).status).toBe(404)
    expect((await api.call('DELETE', '/api/rooms/online/a%20b')).status).toBe(400)
    await api.call('GET', '/online/watched.json')
    await api.call('GET', '/nothing/watched.json')
    const words = await api.call('GET', '/online/watched.txt')
    const known = { headers: { 'If-None-Match': words.headers.get('etag') ?? '' } }
    expect((await api.call('GET', '/online/watched.txt', known)).status).toBe(304)
    await api.call('GET', '/nothing/watched.txt')
    await api.call('GET', '/nothing/watched.txt', { headers: { Accept: 'application/json' } })
    await api.call('GET', '/online/watched.txt?color=notacolor')
    await api.call('GET', '/online/watched.json?label=12&round=7&color=notacolor')
  })

  test('of pushed pictures', async () => {
    const path = '/api/pictures/plot'
    const svg = (length: number) =>
      `<svg width="${length}" height="9" xmlns="http://www.w3.org/2000/svg"></svg>`
    await api.call('GET', '/api/pictures')
    await api.call('GET', path)
    await api.call('DELETE', path)
    expect((await api.call('PUT', `${path}?ttl=10m`, { body: svg(9) })).body).toMatchObject({
      key: 'plot',
      width: 9,
    })
    await again(path)
    await again('/api/pictures')
    expect((await api.call('PUT', `${path}?ttl=10`, { body: svg(9) })).status).toBe(400)
    expect((await api.call('PUT', path, { body: svg(9_999_999) })).status).toBe(413)
    expect((await api.call('PUT', path, { body: 'text' })).status).toBe(415)
    expect((await api.call('PUT', path, { body: '<svg width="9" height="9"><</svg>' })).status).toBe(422)
    const large = svg(9).replace('></', `>${' '.repeat(1_000)}</`)
    expect((await api.call('PUT', path, { body: large })).status).toBe(507)
    await api.call('POST', path)
    await api.call('POST', '/api/pictures')
    expect((await api.call('DELETE', path)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) await api.call(method, '/api/pictures/a%20b')
  })

  test('of series', async () => {
    const path = '/api/series/cpu'
    await api.call('GET', '/api/series')
    for (const method of ['GET', 'DELETE']) {
      expect((await api.call(method, path)).status).toBe(404)
      expect((await api.call(method, '/api/series/a%20b')).status).toBe(400)
    }
    expect((await api.call('PUT', `${path}?ttl=10m`, { body: '42.5' })).body).toMatchObject({ value: 42.5 })
    // Of a range that has passed, so that it does not change.
    await again(`${path}?from=0&to=86400000&step=hour`)
    await again('/api/series')
    await api.call('GET', `${path}?format=csv`)
    expect((await api.call('PUT', path, { body: 'NaN' })).status).toBe(400)
    expect((await api.call('PUT', path, { body: '1'.repeat(1_100_000) })).status).toBe(413)
    await api.call('PUT', path, FOREIGN)
    expect((await api.call('PUT', '/api/series/other', { body: '1' })).status).toBe(409)
    await api.call('POST', path)
    await api.call('POST', '/api/series')
    expect((await api.call('DELETE', path)).status).toBe(204)
  })

  test('of cameras', async () => {
    const path = '/api/cameras/door'
    await api.call('GET', '/api/cameras')
    for (const method of ['GET', 'DELETE']) {
      expect((await api.call(method, path)).status).toBe(404)
      expect((await api.call(method, '/api/cameras/a%20b')).status).toBe(400)
    }
    const body = { source: 'http://me:secret@127.0.0.1:9/?token=x', name: 'Door' }
    const { body: set } = await api.call('PUT', path, { body })
    expect(set).toMatchObject({
      key: 'door',
      kind: 'mjpeg',
      source: 'http://127.0.0.1:9/?...',
      state: 'idle',
    })
    expect(JSON.stringify((await api.call('GET', path)).body)).not.toMatch(/secret|token/)
    expect((await api.call('PUT', path, { body: { source: '/etc/passwd' } })).status).toBe(400)
    expect((await api.call('PUT', path, { body: { source: 'rtsp://cam/1' } })).status).toBe(409)
    await api.call('PUT', path, FOREIGN)
    await api.call('PUT', path, { body: 'x'.repeat(70_000) })
    const frames = '/api/cameras/robot/frames'
    expect((await api.call('POST', `${path}/frames`, { body: 'x' })).status).toBe(409)
    expect((await api.call('POST', frames, { body: 'x' })).status).toBe(415)
    expect((await api.call('POST', frames, { body: 'x'.repeat(70_000) })).status).toBe(400)
    await api.call('POST', '/api/cameras/a%20b/frames', { body: 'x' })
    const jpeg = new Uint8Array(plainFrame('#ff0000', { format: 'jpeg' }).bytes)
    expect((await api.call('POST', frames, { body: jpeg })).body).toEqual({ frames: 1 })
    await api.call('POST', path)
    await api.call('PUT', frames)
    await api.call('PUT', '/api/cameras')
    expect((await api.call('GET', '/api/cameras')).body.cameras).toHaveLength(3)
    expect((await api.call('DELETE', '/api/cameras/fixed')).status).toBe(409)
    expect((await api.call('DELETE', path)).status).toBe(204)
  })

  test('of rooms’ hits', async () => {
    const path = '/api/rooms/hits/watched/hits'
    expect((await api.call('PUT', path, { body: { hits: 7 } })).body).toEqual({ hits: 7 })
    await api.call('PUT', path, { body: { hits: -1 } })
    await api.call('PUT', path, FOREIGN)
    await api.call('PUT', path, { body: 'x'.repeat(70_000) })
    expect((await api.call('PUT', path.replace('/hits/', '/badge/'), { body: { hits: 7 } })).status).toBe(404)
  })

  test('of rooms’ state', async () => {
    const path = '/api/rooms/online/watched/state/score'
    await api.call('GET', path)
    expect((await api.call('PUT', path, { body: { won: 3 } })).body).toEqual({ won: 3 })
    const { body, headers } = await api.call('GET', path)
    expect(body).toEqual({ won: 3 })
    await api.call('GET', path, { headers: { 'If-None-Match': headers.get('etag') ?? '' } })
    await api.call('PUT', path, { body: '{' })
    expect((await api.call('PUT', path, FOREIGN)).status).toBe(415)
    await api.call('PUT', path, { body: 'x'.repeat(70_000) })
    await api.call('PUT', path.replace('score', '$hits'), { body: 1 })
    await api.call('DELETE', path.replace('score', '$hits'))
    await api.call('DELETE', path.replace('score', 'a%20b'))
    await api.call('GET', path.replace('score', 'a%20b'))
    expect((await api.call('DELETE', path)).status).toBe(204)
    await api.call('DELETE', path)
    await api.call('PATCH', path)
    const stale = { headers: { 'If-Match': '"other"' } }
    expect((await api.call('PUT', path, { body: '"text"', ...stale })).status).toBe(412)
    await api.call('PUT', path, { body: '"text"' })
    expect((await api.call('DELETE', path, stale)).status).toBe(412)
    const list = path.replace('score', 'list')
    expect((await api.call('POST', list, { body: 1 })).body).toEqual([1])
    expect((await api.call('POST', list, { body: 1, ...stale })).status).toBe(412)
    expect((await api.call('POST', path, { body: 1 })).status).toBe(409)
    for (const method of ['PUT', 'POST'])
      expect((await api.call(method, list.replace('online', 'onlin'), { body: 1 })).status).toBe(404)
    await api.call('POST', list, { body: '{' })
    await api.call('POST', `${list}?keep=x`, { body: 1 })
    await api.call('POST', list, FOREIGN)
    await api.call('POST', list, { body: 'x'.repeat(70_000) })
    await api.call('POST', path.replace('score', '$hits'), { body: 1 })
  })

  test('of events', async () => {
    const controller = new AbortController()
    const response = await fetch(`${server.url}/api/events`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
      signal: controller.signal,
    })
    const { status, headers } = response
    api.check('GET', '/api/events', { status, headers, body: '' }, 'text/event-stream')
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    controller.abort()
    await api.call('GET', '/api/events?room=online')
    await api.call('DELETE', '/api/events')
  })

  test('of statuses', async () => {
    await api.call('GET', '/api/status/build')
    await api.call('DELETE', '/api/status/build')
    await api.call('PUT', '/api/status/build', { body: BADGE })
    await api.call('PUT', '/api/status/build', { body: { ...BADGE, cacheSeconds: 300, ttl: '10m' } })
    await api.call('PUT', '/api/status/build', { body: { ...BADGE, message: '' } })
    await api.call('PUT', '/api/status/build', FOREIGN)
    await api.call('PUT', '/api/status/build', { body: 'x'.repeat(70_000) })
    for (const path of ['/api/status/build', '/api/status']) {
      const { headers } = await api.call('GET', path)
      await api.call('GET', path, { headers: { 'If-None-Match': headers.get('etag') ?? '' } })
    }
    await api.call('GET', '/api/status/a%20b')
    await api.call('DELETE', '/api/status/a%20b')
    await api.call('DELETE', '/api/status/build')
    await api.call('POST', '/api/status/build', { body: BADGE })
  })

  test.each([
    ['statuses', '/api/status', { url: NOBODY, every: '1d' }],
    ['series', '/api/series', { url: NOBODY, every: '1d', query: '$.load' }],
  ])('of the polls of %s', async (_, all, poll) => {
    const path = `${all}/polled/poll`
    await api.call('GET', path)
    await api.call('DELETE', path)
    await api.call('PUT', path, { body: poll })
    await eventually(async () => {
      expect((await api.call('GET', path)).body.last.ok).toBe(false)
    })
    const { headers } = await api.call('GET', path)
    await api.call('GET', path, { headers: { 'If-None-Match': headers.get('etag') ?? '' } })
    if (all === '/api/status')
      expect((await api.call('GET', all)).body.statuses).toMatchObject([{ key: 'polled' }])
    await api.call('PUT', path, { body: { ...poll, url: 'file:///etc/passwd' } })
    await api.call('PUT', path, { body: 'x'.repeat(70_000) })
    await api.call('PUT', path, FOREIGN)
    await api.call('GET', `${all}/a%20b/poll`)
    await api.call('DELETE', `${all}/a%20b/poll`)
    await api.call('DELETE', path)
    await api.call('PATCH', path)
    const add = (index: number) => api.call('PUT', `${all}/poll-${index}/poll`, { body: poll })
    expect(await fill(500, add)).toBe(409)
    // One that is there already can be changed all the same.
    expect((await add(3)).status).toBe(200)
  })

  test('of hooks', async () => {
    const order = { url: NOBODY, when: 'visitors(online/watched) > 100' }
    const made = await api.call('POST', '/api/hooks', { body: order })
    expect(made.status).toBe(201)
    const path = made.headers.get('location') ?? ''
    expect(made.body).toMatchObject({ ...order, for: '0ms', holds: false })
    for (const each of ['/api/hooks', path, `${path}/log`]) {
      const { headers, body } = await api.call('GET', each)
      expect(JSON.stringify(body)).not.toContain('whsec_')
      await api.call('GET', each, { headers: { 'If-None-Match': headers.get('etag') ?? '' } })
      await api.call('PUT', each)
    }
    await api.call('POST', '/api/hooks', { body: { url: 'ftp://example.org', when: 'visitors' } })
    await api.call('POST', '/api/hooks', { body: 'x'.repeat(70_000) })
    await api.call('POST', '/api/hooks', FOREIGN)
    for (const [method, each] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/log'],
    ])
      expect((await api.call(method as string, `/api/hooks/%zz${each}`)).status).toBe(400)
    expect((await api.call('DELETE', path)).status).toBe(204)
    for (const each of [path, `${path}/log`]) expect((await api.call('GET', each)).status).toBe(404)
    await api.call('DELETE', path)
    const told = await api.call('POST', '/api/hooks', {
      body: { ...order, when: 'visitors(online/watched) < 100' },
    })
    await eventually(async () => {
      const { body } = await api.call('GET', `/api/hooks/${told.body.id}/log`)
      expect(body.deliveries[0].attempts[0].error).toMatch(/./)
    })
    expect(await fill(99, () => api.call('POST', '/api/hooks', { body: order }))).toBe(409)
  })

  test('of the server', async () => {
    await api.call('GET', '/api/audit')
    await api.call('GET', '/api/backup')
    await api.call('POST', '/api/backup')
    await api.call('GET', '/api/load')
    // The list of connections may differ each time.
    expect((await api.call('GET', '/api/audit', { headers: { 'If-None-Match': '*' } })).status).toBe(304)
    for (const path of ['/api/audit', '/healthz', '/readyz', '/metrics']) {
      await api.call('GET', path)
      expect((await api.call('POST', path)).status).toBe(405)
    }
    const stopping = await startServer({ token: TOKEN })
    await stopping.imgcast.close()
    const response = await fetch(`${stopping.url}/readyz`)
    const { status, headers } = response
    api.check('GET', '/readyz', { status, headers, body: await response.json() }, 'application/json')
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    await stopping.close()
  })

  test('of clicks', async () => {
    const guarded = await startServer({ allowReferrer: 'example.org' })
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const action of ['', '/lamp']) {
      const path = (room: string, query = '') => `/${room}/click${action}${query}`
      for (const method of ['GET', 'POST']) {
        expect((await api.call(method, path('hears/x', '?1,2'))).status).toBe(204)
        expect((await api.call(method, path('hears/x', '?name.x=left'))).status).toBe(400)
        expect((await api.call(method, path('counter/x'))).status).toBe(404)
        const { status, headers } = await fetch(guarded.url + path('hears/x'), { method })
        const body = { type: 'urn:imgcast:problem:x', title: 'Forbidden', status, detail: '' }
        api.check(method, path('hears/x'), { status, headers, body }, 'application/problem+json')
      }
      expect(
        (await api.call('POST', path('hears/x'), { body: 'x'.repeat(6_000), headers: form })).status,
      ).toBe(413)
      const compressed = { ...form, 'Content-Encoding': 'compress' }
      expect((await api.call('POST', path('hears/x'), { body: 'x', headers: compressed })).status).toBe(415)
      expect((await api.call('PUT', path('hears/x'))).status).toBe(405)
    }
    await guarded.close()
    await api.call('GET', '/tictactoe/x/click/9')
    for (const path of ['/tictactoe/x/click?30,30', '/tictactoe/x/click/1'])
      for (const method of ['GET', 'POST']) expect((await api.call(method, path)).status).toBe(409)
    const paths = ['/hears/x/click', '/hears/x/click/lamp']
    // Once more where the window of ten seconds ends in between.
    await eventually(async () => {
      await Promise.all(Array.from({ length: 60 }, () => api.call('GET', paths[0] as string)))
      for (const method of ['GET', 'POST'])
        for (const path of paths) expect((await api.call(method, path)).status).toBe(429)
    })
  })

  test('of HEAD, which is supported wherever GET is', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}` }
    for (const path of [
      '/api/openapi.json',
      '/api/rooms',
      '/api/events',
      '/api/audit',
      '/metrics',
      '/healthz',
    ]) {
      const response = await fetch(server.url + path, { method: 'HEAD', headers })
      expect([path, response.status, await response.text()]).toEqual([path, 200, ''])
    }
  })

  test('of the token, which every call requires that is not public', async () => {
    expect(api.guarded.length).toBeGreaterThan(10)
    // At the same time: after ten wrong tokens each further one waits a second.
    await Promise.all(
      api.guarded.map(async ([method, path]) => {
        const answer = await api.call(method.toUpperCase(), path, { token: 'another-token-entirely' })
        expect([method, path, answer.status]).toEqual([method, path, 401])
      }),
    )
  })

  test('and a response with an extra field, another type or another status is detected', () => {
    const room = {
      room: 'a/b',
      widget: 'a',
      key: 'b',
      connections: 1,
      visitors: 1,
      peak: 1,
      peakToday: 1,
      hits: 1,
      since: null,
    }
    const check = (
      body: object,
      status = 200,
      type = 'application/json',
      headers = new Headers({ ETag: '"a"' }),
    ) => api.check('GET', '/api/rooms/a/b', { status, headers, body }, type)
    expect(() => check(room)).not.toThrow()
    expect(() => check(room, 200, 'application/json', new Headers())).toThrow(/has no ETag/)
    expect(() => check({ ...room, more: 1 })).toThrow(/additional properties/)
    expect(() => check({ ...room, since: 'yesterday' })).toThrow(/date-time/)
    expect(() => check(room, 200, 'text/plain')).toThrow(/described as/)
    expect(() => check(room, 202)).toThrow(/not described/)
    expect(() => check({ ...room, status: 404 }, 404, 'application/problem+json')).toThrow(/required/)
  })

  test('and nothing that it promises was left out here', () => {
    // Only where there is no /proc; only with a store in a file, as in the test of the command.
    const untested = ['get /api/audit 501', 'get /api/backup 200']
    expect(api.promised.filter((name) => !api.seen.has(name))).toEqual(untested)
  })
})
