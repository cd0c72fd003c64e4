import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DescribedApi } from '../support/described-api.ts'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-series-'))
const store = `file:${join(folder, 'series.db')}`
const token = 'a-token-of-the-tests'
let server: TestServer
let api: DescribedApi
const start = async () => {
  server = await startServer({ widgets: [], store, token })
  api = await DescribedApi.open(server.url, token)
}
beforeAll(start)
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const headers = { Authorization: `Bearer ${token}` }
const put = (path: string, body: string) =>
  fetch(`${server.url}/api/series/${path}`, { method: 'PUT', headers, body })
// biome-ignore lint/suspicious/noExplicitAny: every test knows what it requested.
const json = async (path: string): Promise<any> => (await fetch(`${server.url}/${path}`)).json()

describe('a series', () => {
  test('takes a number or lines of numbers, and returns them by step as JSON and CSV', async () => {
    const at = Date.now() - 120_000
    const lines = [1, 5, 3].map((value, index) => JSON.stringify({ value, time: at + index }))
    expect((await put('cpu', lines.join('\n'))).status).toBe(200)
    const added = await put('cpu?ttl=1h', '42.5')
    expect(await added.json()).toMatchObject({ key: 'cpu', value: 42.5, lateAt: expect.any(String) })
    const read = await api.call('GET', '/api/series/cpu?step=minute')
    expect(read.body).toMatchObject({ key: 'cpu', value: 42.5, step: 'minute' })
    expect((read.body as { points: object[] }).points[0]).toMatchObject({ min: 1, max: 5, mean: 3, last: 3 })
    const csv = await (await fetch(`${server.url}/api/series/cpu?step=minute&format=csv`, { headers })).text()
    expect(csv).toMatch(/^time,min,max,mean,last\r\n\d{4}-[^,]+Z,1,5,3,3\r\n/)
    expect((await api.call('GET', '/api/series')).body).toMatchObject({
      series: [{ key: 'cpu', value: 42.5 }],
    })
  })

  test('names the wrong line, and needs the token', async () => {
    const wrong = await put('cpu', '1\nNaN')
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toMatchObject({
      type: 'urn:imgcast:problem:bad-numbers',
      errors: [{ name: 'line 2', detail: expect.stringContaining('"NaN"') }],
    })
    expect((await put('cpu', `${'1'.repeat(200)}\n`.repeat(6_000))).status).toBe(413)
    expect((await put('cpu?ttl=soon', '1')).status).toBe(400)
    expect((await fetch(`${server.url}/api/series/cpu`, { method: 'PUT', body: '1' })).status).toBe(401)
    expect((await api.call('GET', '/api/series/none')).status).toBe(404)
    expect((await api.call('DELETE', '/api/series/none')).status).toBe(404)
  })

  test('changes its open pictures, outlives a restart, and can be deleted', async () => {
    const stream = await openStream(`${server.url}/sparkline/load.png?delivery=stream`)
    await stream.waitFor(({ parts }) => parts.length >= 1)
    expect((await put('load', '7')).status).toBe(200)
    await stream.waitFor(({ parts }) => parts.length >= 2)
    stream.close()
    await server.close()
    await start()
    expect(await json('sparkline/load.json')).toMatchObject({
      key: 'load',
      value: 7,
      alt: 'load: 7, unchanged in the last hour',
    })
    expect((await api.call('DELETE', '/api/series/load')).status).toBe(204)
    await eventually(async () =>
      expect(await json('sparkline/load.json')).toMatchObject({ value: null, alt: 'load: no value yet' }),
    )
  })

  test.each(['nosuch/room', 'a b', '..%2Fx'])(
    'has no numbers in a chart of %j, which is no name',
    async (of) => {
      const response = await fetch(`${server.url}/chart/any.txt?of=${of}`)
      expect(response.status).toBe(200)
      expect(await response.text()).toBe(`${decodeURIComponent(of)}: no numbers in the last day\n`)
      expect((await fetch(`${server.url}/chart/any.png?of=${of}&delivery=still`)).status).toBe(200)
    },
  )

  test.each(['gauge', 'progress', 'sparkline'])(
    'of no range is an error of %s, and of its page',
    async (widget) => {
      const headers = { Accept: 'application/json' }
      const response = await fetch(`${server.url}/${widget}/cpu.png?min=5&max=5`, { headers })
      const { errors } = (await response.json()) as { errors: { name: string }[] }
      expect([response.status, errors.map(({ name }) => name)]).toEqual([400, ['max', 'min']])
      const page = await (await fetch(`${server.url}/${widget}/cpu?min=5&max=5`)).text()
      expect(page).toMatch(/expected a number (above|other than) min \(5\), got 5/)
    },
  )

  test('no widget can take its name', async () => {
    expect((await fetch(`${server.url}/series/cpu.png`)).status).toBe(404)
  })
})
