import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
let server: TestServer

beforeAll(async () => {
  server = await startServer({ widgets: [], token: TOKEN })
})
afterAll(() => server.close())

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}/api/rooms/${path}`, { headers: { Authorization: `Bearer ${TOKEN}` }, ...init })
}

test('a room’s viewers are in its history, for each look of its widget, and those of other rooms are not', async () => {
  const streams = [
    await openStream(`${server.url}/online/a.png`),
    await openStream(`${server.url}/online/a.jpg`),
  ]
  for (const stream of streams) await stream.nextPart()
  const response = await ask('online/a/history?step=day')
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  const body = (await response.json()) as { steps: { time: string }[] }
  const level = (peak: number) => ({ peak, mean: expect.any(Number) })
  expect(body).toEqual({
    room: 'online/a',
    from: expect.stringMatching(/T00:00:00\.000Z$/),
    to: expect.stringMatching(/T00:00:00\.000Z$/),
    step: 'day',
    steps: expect.any(Array),
  })
  expect(body.steps.at(-1)).toEqual({
    time: expect.stringMatching(/T00:00:00\.000Z$/),
    visitors: level(1),
    connections: level(2),
    hits: 2,
  })
  for (const stream of streams) stream.close()
  expect(await (await ask('online/nobody/history')).json()).toMatchObject({ step: 'minute', steps: [] })
})

test('a history is a table too', async () => {
  await (await fetch(`${server.url}/online/table.png`)).arrayBuffer()
  const response = await ask('online/table/history?format=csv&step=day')
  expect(response.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/)
  const [head, row, ...rest] = (await response.text()).split('\r\n')
  expect(head).toBe('time,visitors_peak,visitors_mean,connections_peak,connections_mean,hits')
  expect(row).toMatch(/^\d{4}-\d\d-\d\dT00:00:00\.000Z,0,0,0,0,1$/)
  expect(rest).toEqual([''])
})

test.each([
  ['online/a/history?from=x&step=y', {}, 400, ['from', 'step']],
  ['online/a%20b/history', {}, 400, ['key']],
  ['online/a/history', { headers: {} }, 401, undefined],
  ['online/a/history', { method: 'DELETE' }, 405, undefined],
])('%s %j: %s', async (path, init, status, names) => {
  const response = await ask(path, init)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const { errors } = (await response.json()) as { errors?: { name: string }[] }
  expect(errors?.map(({ name }) => name)).toEqual(names)
})

test('an open chart shows viewers that join another room', async () => {
  // Once it is drawn, no stream of it begins with a placeholder.
  await fetch(`${server.url}/chart/blog.png?span=hour`)
  const watcher = await openStream(`${server.url}/chart/blog.png?span=hour`)
  const empty = (await watcher.nextPart()).body
  const reader = await openStream(`${server.url}/online/blog.png`)
  await watcher.waitFor(({ parts }) => parts.at(-1)?.body.equals(empty) === false)
  const { room, visitors, steps } = (await (
    await fetch(`${server.url}/chart/blog.json?span=hour`)
  ).json()) as {
    room: string
    visitors: number
    steps: { visitors: { peak: number } }[]
  }
  expect({ room, visitors, length: steps.length }).toEqual({ room: 'online/blog', visitors: 1, length: 60 })
  // The minute may have turned since: it is in one of the last two.
  expect(Math.max(...steps.slice(-2).map((step) => step.visitors.peak))).toBe(1)
  reader.close()
  watcher.close()
})

test('a widget reads a room’s hits and its peak of today', async () => {
  const readers = [await openStream(`${server.url}/online/told.png`)]
  await readers[0]?.nextPart()
  readers.push(
    await openStream(`${server.url}/online/told.png`, { headers: { 'Accept-Language': 'x-other' } }),
  )
  await eventually(async () => {
    const told = await (await fetch(`${server.url}/rooms/x.json?show=online/told,online/never`)).json()
    const none = { visitors: 0, connections: 0, peak: 0, peakToday: 0, hits: 0 }
    expect(told).toEqual([
      { room: 'online/told', visitors: 2, connections: 2, peak: 2, peakToday: 2, hits: 2 },
      { room: 'online/never', ...none },
    ])
  })
  for (const reader of readers) reader.close()
})

test('a chart of another room by its whole name, or only its key', async () => {
  const roomOf = async (query: string) => {
    const data = await (await fetch(`${server.url}/chart/x.json?${query}`)).json()
    return (data as { room: string }).room
  }
  expect(await roomOf('')).toBe('online/x')
  expect(await roomOf('room=blog')).toBe('online/blog')
  expect(await roomOf('room=sine/main')).toBe('sine/main')
})

test('a room that its last viewer left keeps its peak', async () => {
  const stream = await openStream(`${server.url}/online/peak.png`)
  await stream.nextPart()
  stream.close()
  await eventually(async () => {
    expect(await (await fetch(`${server.url}/online/peak.json`)).json()).toMatchObject({
      visitors: 0,
      peak: 1,
    })
  })
})
