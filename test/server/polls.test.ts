import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DescribedApi } from '../support/described-api.ts'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'

let folder: string
let upstream: Server
let upstreamUrl: string
/** The other server's responses, by path. */
const pages = new Map<string, { status?: number; headers?: Record<string, string>; body: string }>()
let asked: string[] = []
const servers: TestServer[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-polls-'))
  upstream = createServer(({ url = '', headers: { authorization } }, response) => {
    asked.push(url)
    if (authorization !== undefined) asked.push(authorization)
    const { status = 200, headers = {}, body } = pages.get(url) ?? { status: 404, body: 'no' }
    response.writeHead(status, headers).end(body)
  })
  upstream.listen(0, '127.0.0.1')
  await new Promise((resolve) => upstream.once('listening', resolve))
  upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  pages.clear()
  asked = []
})

afterAll(() => {
  upstream.close()
  upstream.closeAllConnections()
  rmSync(folder, { recursive: true })
})

async function start(store = 'memory:') {
  const server = await startServer({ widgets: [], token: TOKEN, store, allowPrivateTargets: true })
  servers.push(server)
  const api = await DescribedApi.open(server.url, TOKEN)
  const poll = (key: string, path: string, more: object = {}) =>
    api.call('PUT', `/api/status/${key}/poll`, { body: { url: upstreamUrl + path, every: '1s', ...more } })
  const message = async (key: string) => (await api.call('GET', `/api/status/${key}`)).body.message
  const says = (key: string, text: string) =>
    eventually(async () => expect(await message(key)).toBe(text), { timeout: 20_000 })
  const last = async (key: string) => (await api.call('GET', `/api/status/${key}/poll`)).body.last
  return { server, api, poll, message, says, last }
}

test('a poll of a series adds the number that the query finds, as Prometheus writes it', async () => {
  const { api } = await start()
  const path = '/api/series/load/poll'
  const prometheus = (value: string) =>
    `{"data":{"result":[{"metric":{},"value":[1793534460.1,"${value}"]}]}}`
  pages.set('/query', { body: prometheus('0.25') })
  const body = { url: `${upstreamUrl}/query`, every: '1s', query: '$.data.result[0].value[1]' }
  expect((await api.call('PUT', path, { body })).body).toMatchObject({ every: '1s', last: null })
  const value = async () => (await api.call('GET', '/api/series/load')).body.value
  await eventually(async () => expect(await value()).toBe(0.25), { timeout: 20_000 })
  // No number is no number, and no badge either.
  pages.set('/query', { body: prometheus('NaN') })
  await eventually(
    async () =>
      expect((await api.call('GET', path)).body.last).toMatchObject({
        ok: false,
        detail: 'expected a number, found "NaN"',
      }),
    { timeout: 20_000 },
  )
  expect(await value()).toBe(0.25)
  expect((await api.call('GET', '/api/status')).body).toEqual({ statuses: [] })
  const wrong = await api.call('PUT', path, { body: { url: upstreamUrl, label: 'x' } })
  expect([wrong.status, wrong.body]).toMatchObject([400, { errors: [{ name: 'query' }] }])
  pages.set('/metrics', { body: '# TYPE load gauge\nload{host="a"} 1\nload{host="b"} 0.75\n' })
  await api.call('PUT', path, { body: { ...body, url: `${upstreamUrl}/metrics`, query: 'load{host="b"}' } })
  await eventually(async () => expect(await value()).toBe(0.75), { timeout: 20_000 })
  expect((await api.call('DELETE', '/api/series/load')).status).toBe(204)
  expect((await api.call('GET', path)).status).toBe(404)
})

describe('a poll', () => {
  test('shows the value in the JSON, and every open picture changes with it', async () => {
    const { server, poll, says, last } = await start()
    pages.set('/build', { body: '{"jobs":[{"state":"green"}]}' })
    const stream = await openStream(`${server.url}/status/build.png`)
    await stream.nextPart()
    const { status, body } = await poll('build', '/build', { query: '$.jobs[0].state' })
    expect([status, body]).toMatchObject([200, { every: '1s', query: '$.jobs[0].state', last: null }])
    await says('build', 'green')
    const before = stream.parts.at(-1)?.body
    pages.set('/build', { body: '{"jobs":[{"state":"red, and much longer"}]}' })
    await says('build', 'red, and much longer')
    await stream.waitFor(({ parts }) => parts.at(-1)?.body.equals(before as Buffer) === false)
    stream.close()
    expect(await last('build')).toMatchObject({ ok: true, detail: 'red, and much longer' })
  })

  test('whose response is unchanged writes nothing', async () => {
    const { server, poll, says } = await start()
    pages.set('/same', { body: '{"a":1}' })
    await poll('same', '/same', { query: '$.a' })
    await says('same', '1')
    const response = await fetch(`${server.url}/api/events?room=status/same`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    })
    const reader = response.body?.getReader()
    let text = ''
    const reading = (async () => {
      for (;;) {
        const { value, done } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) return
        text += Buffer.from(value as Uint8Array).toString()
      }
    })()
    const before = asked.length
    await eventually(() => expect(asked.length).toBeGreaterThanOrEqual(before + 2), { timeout: 20_000 })
    pages.set('/same', { body: '{"a":2}' })
    await says('same', '2')
    await eventually(() => expect(text).toContain('event: state'))
    expect(text.match(/event: state/g)).toHaveLength(1)
    await reader?.cancel()
    await reading
  })

  test('sends headers that nobody sees again, and reads JSON behind a byte order mark', async () => {
    const { server, api, poll, says } = await start()
    pages.set('/secret', { body: '\ufeff{"a":"failure"}' })
    const map = { failure: 'orange:failing' }
    const { body } = await poll('secret', '/secret', {
      query: '$.a',
      map,
      headers: { Authorization: 'Bearer S3CRET' },
    })
    expect(body).toMatchObject({ map, headers: ['Authorization'] })
    await says('secret', 'failing')
    expect(asked).toContain('Bearer S3CRET')
    const seen = [
      await api.call('GET', '/api/status/secret/poll'),
      await api.call('GET', '/api/status'),
      await api.call('GET', '/api/status/secret'),
    ].map((answer) => JSON.stringify(answer.body))
    expect(seen.join()).not.toContain('S3CRET')
    expect(await (await fetch(`${server.url}/status/secret.svg`)).text()).toContain('secret: failing')
  })

  test('of kind http says whether a URL responds, and how fast', async () => {
    const { api, poll } = await start()
    const shown = async () => (await api.call('GET', '/api/status/site')).body
    pages.set('/site', { body: 'any text' })
    await poll('site', '/site', { kind: 'http' })
    await eventually(async () => expect((await shown()).message).toMatch(/^up \d+ ms$/))
    pages.set('/site', { status: 503, body: '' })
    await eventually(async () => expect(await shown()).toMatchObject({ message: 'down', isError: true }))
  })

  test('that fails once keeps the last status, and reports the failure after three times', async () => {
    const { api, poll, says, message } = await start()
    pages.set('/flaky', { body: '{"a":"up"}' })
    await poll('flaky', '/flaky', { query: '$.a' })
    await says('flaky', 'up')
    pages.delete('/flaky')
    const shown: string[] = []
    await eventually(
      async () => {
        // Before the failures are counted: what is shown may change in between, and only with the third.
        const text = await message('flaky')
        const { failures } = (await api.call('GET', '/api/status/flaky/poll')).body
        if (failures < 3) shown.push(text)
        expect(failures).toBeGreaterThanOrEqual(3)
      },
      { timeout: 20_000 },
    )
    expect(new Set(shown)).toEqual(new Set(['up']))
    await says('flaky', 'unavailable')
    pages.set('/flaky', { body: '{"a":"back"}' })
    await says('flaky', 'back')
    expect((await api.call('GET', '/api/status/flaky/poll')).body.failures).toBe(0)
  })

  test.each<
    [what: string, page: { status?: number; headers?: Record<string, string>; body: string }, detail: RegExp]
  >([
    ['an error', { status: 500, body: '' }, /^status 500 Internal Server Error$/],
    [
      'a redirect',
      { status: 301, headers: { Location: 'http://ann:pw@169.254.169.254/?token=SECRET' }, body: '' },
      /^status 301 Moved Permanently: a redirect to 169\.254\.169\.254, which is not followed$/,
    ],
    [
      'a redirect on the same host',
      { status: 302, headers: { Location: '/other?token=SECRET' }, body: '' },
      /^status 302 Found: a redirect to 127\.0\.0\.1:\d+, which is not followed$/,
    ],
    ['a status of a redirect that leads nowhere', { status: 300, body: '' }, /^status 300 Multiple Choices$/],
    ['no JSON', { body: '<html>' }, /^the response is not JSON$/],
    ['too much', { body: `"${'x'.repeat(1_100_000)}"` }, /^the response is larger than 1048576 bytes$/],
    ['something else', { body: '{"b":1}' }, /^there is nothing at \$\.a$/],
  ])('that gets %s says so at once where nothing was shown, and why', async (_what, page, detail) => {
    const { poll, says, last } = await start()
    pages.set('/wrong', page)
    await poll('wrong', '/wrong', { query: '$.a', every: '1h' })
    await says('wrong', 'unavailable')
    expect(await last('wrong')).toMatchObject({ ok: false, detail: expect.stringMatching(detail) })
  })

  test('survives a restart, and stops when it is deleted', async () => {
    const store = `file:${join(folder, 'restart.db')}`
    pages.set('/kept', { body: '{"a":"first"}' })
    const first = await start(store)
    await first.poll('kept', '/kept', { query: '$.a', label: 'mine' })
    await first.says('kept', 'first')
    await servers.pop()?.close()
    pages.set('/kept', { body: '{"a":"second"}' })
    const second = await start(store)
    await second.says('kept', 'second')
    expect((await second.api.call('DELETE', '/api/status/kept/poll')).status).toBe(204)
    const count = asked.length
    pages.set('/kept', { body: '{"a":"third"}' })
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(asked.length).toBe(count)
    expect(await second.message('kept')).toBe('second')
    await servers.pop()?.close()
    const third = await start(store)
    expect((await third.api.call('GET', '/api/status/kept/poll')).status).toBe(404)
  })

  test('ends with its status', async () => {
    const { api, poll, says } = await start()
    pages.set('/gone', { body: '{"a":1}' })
    await poll('gone', '/gone', { query: '$.a' })
    await says('gone', '1')
    await api.call('DELETE', '/api/status/gone')
    expect((await api.call('GET', '/api/status/gone/poll')).status).toBe(404)
    expect((await api.call('GET', '/api/status/gone')).status).toBe(404)
  })
})
