import { loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { pixelOf } from '../support/pixels.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'
import { withoutWords } from '../support/without-words.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({ linger: 100 })
})
afterAll(async () => {
  await server.close()
})

const open = (path: string) => openStream(server.url + path, { headers: chromium })
const still = async (path: string) =>
  loadImage(Buffer.from(await (await fetch(server.url + path)).arrayBuffer()))
const color = async (stream: RawStream) => pixelOf(await loadImage(stream.parts.at(-1)?.body as Buffer))
const json = async <T = Record<string, unknown>>(path: string) =>
  withoutWords(await (await fetch(`${server.url}${path}`)).json()) as T
const problem = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(server.url + path, {
    ...init,
    headers: { Accept: 'application/json', ...init.headers },
  })
  return { status: response.status, detail: ((await response.json()) as { detail: string }).detail }
}

describe('the events of a room', () => {
  test('each viewer joins once and leaves once, and the widget is called for both in this order', async () => {
    const streams = await Promise.all(Array.from({ length: 8 }, () => open('/hears/told.png')))
    await eventually(async () => expect(await json('/hears/told.json')).toMatchObject({ joined: 8, left: 0 }))
    for (const stream of streams) stream.close()
    await eventually(async () => expect(await json('/hears/told.json')).toMatchObject({ joined: 8, left: 8 }))
  })

  test('viewers who disconnect at any time leave as often as they join', async () => {
    const socketOf = async (delay: number) => {
      const stream = await open('/hears/abrupt.png').catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, delay))
      if (delay % 2 === 0) stream?.abort()
      else stream?.close()
    }
    await Promise.all(Array.from({ length: 120 }, (_, index) => socketOf(index * 3)))
    await eventually(async () => {
      const { joined, left } = await json<{ joined: number; left: number }>('/hears/abrupt.json')
      expect([joined, left]).toEqual([120, 120])
    })
  })

  test('a handler gets the counts after the event', async () => {
    const stream = await open('/hears/counted.png')
    await eventually(async () =>
      expect(await json('/hears/counted.json')).toMatchObject({
        counts: { connections: 1, visitors: 1, peak: 1 },
      }),
    )
    stream.close()
  })

  test('state that it writes shows in the open pictures', async () => {
    const stream = await open('/hears/shown.png')
    await eventually(async () => expect((await color(stream))[0]).toBe(10))
    const other = await open('/hears/shown.png')
    await eventually(async () => expect((await color(stream))[0]).toBe(20))
    other.close()
    await eventually(async () => expect((await color(stream))[1]).toBe(10))
    stream.close()
  })

  test('a still, a HEAD and an error are no joining', async () => {
    await fetch(`${server.url}/hears/quiet.png`)
    await fetch(`${server.url}/hears/quiet.png?delivery=stream`, { method: 'HEAD' })
    await fetch(`${server.url}/hears/quiet.png?width=-1&scale=99`)
    expect(await json('/hears/quiet.json')).toMatchObject({ joined: 0, left: 0 })
  })
})

describe('a click', () => {
  const click = (path: string, init?: RequestInit) => fetch(`${server.url}/hears/${path}`, init)
  const clicks = async (key: string) => (await json<{ clicks: object[] }>(`/hears/${key}.json`)).clicks

  test('of an ismap, an image input, a form or a link reaches the widget and returns 204', async () => {
    const form = new URLSearchParams({ 'name.x': '5', 'name.y': '6' })
    const answers = [
      await click('all/click?12,34'),
      await click('all/click?board=3?7,8'),
      await click('all/click?name.x=1&name.y=2'),
      await click('all/click', { method: 'POST', body: form }),
      await click('all/click/left-lamp'),
      await click('all/click/reset', { method: 'POST' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204, 204])
    expect(await clicks('all')).toEqual([
      { x: 12, y: 34, action: '' },
      { x: 7, y: 8, action: '' },
      { x: 1, y: 2, action: '' },
      { x: 5, y: 6, action: '' },
      { action: 'left-lamp' },
      { action: 'reset' },
    ])
  })

  test('on the address of a picture without a key is in its default room', async () => {
    await click('main/click/one')
    const answers = [
      await fetch(`${server.url}/hears.png/click/two`),
      await fetch(`${server.url}/hears.webp/click?3,4`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 204])
    expect(((await clicks('main')) as { action: string }[]).map(({ action }) => action)).toEqual([
      ...['one', 'two', ''],
    ])
    expect((await fetch(`${server.url}/nope.png/click`)).status).toBe(404)
  })

  test('is in a room whose own name ends like a picture, if there is one', async () => {
    const stream = await open('/hears/own.png.png')
    await click('own.png/click/one')
    expect(await clicks('own.png')).toMatchObject([{ action: 'one' }])
    stream.close()
    await click('own.png/click/two')
    expect(await clicks('own.png')).toMatchObject([{ action: 'one' }, { action: 'two' }])
    expect(await clicks('own')).toEqual([])
    await click('.png/click/three')
    expect(await clicks('.png')).toMatchObject([{ action: 'three' }])
  })

  test('at the last pixel of a page that shows the picture larger is at its last pixel', async () => {
    await click('larger/click?shown=40x30?39,29')
    expect(await clicks('larger')).toEqual([{ x: 19, y: 19, action: '' }])
  })

  test('is lost by no other: 25 at once that append to a list leave 25 entries', async () => {
    const actions = Array.from({ length: 25 }, (_, index) => `n${index}`)
    await Promise.all(actions.map((action) => click(`many/click/${action}`)))
    const kept = (await clicks('many')) as { action: string }[]
    expect(kept.map(({ action }) => action).sort()).toEqual(actions.sort())
  })

  test('has the fields that the widget declares, checked, and names its reader in this room only', async () => {
    const sign = (room: string, query: string, init: RequestInit = {}) =>
      fetch(`${server.url}/signs/${room}/click?${query}`, init)
    const other = { headers: { 'User-Agent': 'another reader' } }
    const body = new URLSearchParams({ text: 'form', more: 'x' })
    for (const done of [
      await sign('one', 'text=query&stars=5'),
      await sign('one', 'text=query', { method: 'POST', body }),
      await sign('one', '', other),
      await sign('two', ''),
    ])
      expect(done.status).toBe(204)
    type Entry = { visitor: string; text: string; stars: number }
    const [one = [], two = []] = [
      await json<Entry[]>('/signs/one.json'),
      await json<Entry[]>('/signs/two.json'),
    ]
    expect(one.map(({ text, stars }) => [text, stars])).toEqual([
      ['query', 5],
      ['form', 3],
      ['', 3],
    ])
    const [first, second, third] = one.map(({ visitor }) => visitor)
    expect(first).toMatch(/^[\w-]{22}$/)
    expect(second).toBe(first)
    expect(new Set([first, third, two[0]?.visitor]).size).toBe(3)
    expect(await problem('/signs/one/click?text=much+too+long&stars=9')).toEqual({
      status: 400,
      detail:
        'text: expected text of at most 10 characters, got "much too long"; stars: expected a whole number from 1 to 5, got "9"',
    })
  })

  test.each<[string, Record<string, string>]>([
    ['a browser that fetches in advance', { 'Sec-Purpose': 'prefetch;prerender' }],
    ['a link unfurler', { 'User-Agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }],
    [
      'a crawler',
      { 'User-Agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    ],
    ['a server that names its site', { 'User-Agent': 'Lemmy/0.19.3; +https://lemmy.example' }],
    ['a forum that shows the address as a picture', { 'Sec-Fetch-Dest': 'image' }],
    ['the same without Sec-Fetch headers', { Accept: 'image/avif,image/webp,*/*;q=0.8' }],
    ['a page that loads it as a script', { 'Sec-Fetch-Dest': 'script' }],
  ])('is no click by %s', async (_who, headers) => {
    expect((await fetch(`${server.url}/signs/ahead/click?text=a`, { headers })).status).toBe(204)
    expect(await json('/signs/ahead.json')).toEqual([])
  })

  test('nowhere, on a picture that cannot be clicked, or of a wrong kind is refused with the reason', async () => {
    expect(await problem('/hears/x/click?name.x=abc&name.y=1')).toEqual({
      status: 400,
      detail: 'expected two whole numbers like ?12,34, got "abc" and "1"',
    })
    expect(await problem('/counter/x/click')).toMatchObject({ status: 404 })
    expect(await problem('/nope/x/click')).toMatchObject({ status: 404 })
    expect(await problem('/hears/a%20b/click')).toMatchObject({ status: 400 })
    expect(await problem('/hears/x/click', { method: 'PUT' })).toMatchObject({ status: 405 })
    expect(await problem('/hears/x/click/throw')).toMatchObject({ status: 500 })
    expect(await clicks('x')).toEqual([])
  })

  test('that cannot be read is refused with the reason, and is no fault of the server', async () => {
    const form = 'application/x-www-form-urlencoded'
    const post = (body: string, headers: Record<string, string> = {}) =>
      problem('/hears/unread/click', { method: 'POST', body, headers: { 'Content-Type': form, ...headers } })
    expect(await post('x'.repeat(6_000))).toMatchObject({
      status: 413,
      detail: 'expected a body of at most 4096 bytes, got more',
    })
    expect(await post('x.x=1', { 'Content-Encoding': 'compress' })).toMatchObject({ status: 415 })
    expect(await post('x.x=1', { 'Content-Type': `${form}; charset=utf-16` })).toMatchObject({ status: 415 })
    const multipart = { 'Content-Type': 'multipart/form-data; boundary=x' }
    const fields = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhi\r\n--x--'
    expect(await post(fields, multipart)).toEqual({
      status: 415,
      detail: 'expected a form of application/x-www-form-urlencoded, got "multipart/form-data; boundary=x"',
    })
    const body = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"text":"hi"}' }
    expect(await problem('/signs/unread/click', body)).toMatchObject({ status: 415 })
    for (const path of ['/hears/%zz/click', '/%zz/x/click', '/hears/x/click/%zz'])
      expect(await problem(path)).toMatchObject({ status: 400 })
    expect(await clicks('unread')).toEqual([])
  })

  test('that is refused says why, in the frame for it, in a page, and to programs', async () => {
    const READER = {
      Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'User-Agent': String(chromium['User-Agent']),
    }
    const refuse = (action: string, destination?: string) =>
      fetch(`${server.url}/tictactoe/refused/click/${action}`, {
        headers: { ...READER, ...(destination && { 'Sec-Fetch-Dest': destination }) },
      })
    await refuse('5', 'iframe')
    const frame = await refuse('1', 'iframe')
    expect([frame.status, frame.headers.get('content-type')]).toEqual([409, 'text/html; charset=utf-8'])
    expect(frame.headers.get('cache-control')).toBe('no-store')
    expect(await frame.text()).toContain(
      '<p role="alert">It is the turn of O: wait for the other player.</p>',
    )
    // The page with the game stays; without Sec-Fetch headers, this may be that page.
    expect((await refuse('1', 'document')).status).toBe(204)
    expect((await refuse('1')).status).toBe(204)
    const wrong = await refuse('1?x=a&y=b', 'document')
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
    expect(await problem('/tictactoe/refused/click/5')).toEqual({
      status: 409,
      detail: 'That square is taken: choose an empty one',
    })
  })

  test('upon click upon click of one address is refused for a while', async () => {
    const other = await startServer()
    try {
      const statuses = await Promise.all(
        Array.from({ length: 70 }, async () => (await fetch(`${other.url}/hears/fast/click?1,2`)).status),
      )
      expect(statuses).toContain(204)
      expect(statuses.filter((status) => status === 429)).toHaveLength(10)
    } finally {
      await other.close()
    }
  })
})

describe('a source of changes', () => {
  test('is started by the first viewer, draws pushed data, and ends with the last', async () => {
    const first = await open('/pushes/life.png')
    const second = await open('/pushes/life.png')
    await eventually(async () => expect((await color(first))[0]).toBe(100))
    expect((await color(second))[0]).toBe(100)
    first.close()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await json('/pushes/life.json')).toEqual({ number: 10, starts: 1, ends: 0 })
    second.close()
    await eventually(async () =>
      expect(await json('/pushes/life.json')).toEqual({ number: 0, starts: 1, ends: 1 }),
    )
  })

  test('is not started by a still, which is drawn from the result of load', async () => {
    expect(pixelOf(await still('/pushes/still.png'))).toEqual([0, 0, 255, 255])
    expect(await json('/pushes/still.json')).toEqual({ number: 0, starts: 0, ends: 0 })
  })

  test('that throws is begun again', async () => {
    const stream = await open('/pushes/again.png?fails=yes')
    await eventually(async () => expect((await color(stream))[0]).toBe(100))
    expect(await json('/pushes/again.json')).toMatchObject({ starts: 2 })
    stream.close()
  })

  test('whose process is killed is restarted in another', async () => {
    const stream = await open('/pushes/killed.png')
    await eventually(async () => expect((await color(stream))[0]).toBe(100))
    for (const pid of server.imgcast.stats().renderers) process.kill(pid, 'SIGKILL')
    await eventually(async () => expect(await json('/pushes/killed.json')).toMatchObject({ starts: 2 }))
    await eventually(async () => expect((await color(stream))[0]).toBe(100))
    stream.close()
  })

  test.each([
    ['throw', 'RangeError'],
    ['timer', 'RangeError'],
    ['promise', 'RangeError'],
    ['push', 'TypeError'],
  ])('that fails (%s) shows on the page of its picture, as long as it runs', async (by, name) => {
    const stream = await open(`/starves/${by}.png?by=${by}`)
    const page = async () => {
      const headers = { ...chromium, Accept: 'text/html', 'Sec-Fetch-Dest': 'document' }
      return (await fetch(`${server.url}/starves/${by}?by=${by}`, { headers })).text()
    }
    await eventually(async () => expect(await page()).toContain(`its source of changes failed: ${name}`))
    stream.close()
    await eventually(async () => expect(await page()).not.toContain('its source of changes failed'))
  })

  test('that pushes data that cannot be sent continues with the next', async () => {
    const stream = await open('/pushes/bad.png?bad=4')
    await eventually(async () => expect((await color(stream))[0]).toBe(100))
    stream.close()
  })

  test('that pushes faster than pictures can be drawn costs pictures, not memory', async () => {
    const begun = performance.now()
    const stream = await open('/pushes/fast.png?every=1ms&until=2000')
    await eventually(async () => expect((await color(stream))[0]).toBe(255))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const most = ((performance.now() - begun) / 1000) * 30
    expect(stream.parts.length).toBeLessThan(most + 3)
    stream.close()
  })
})

describe('parameters that the widget reads itself, here with Zod', () => {
  test('reach the drawing as the schema makes them', async () => {
    const image = await still('/parses/x.png?red=200&size=30x12')
    expect([image.width, image.height]).toEqual([30, 12])
    expect(pixelOf(image)[0]).toBe(200)
    expect(pixelOf(await still('/parses/x.png'))[0]).toBe(7)
    expect(await json('/parses/x.json?red=3')).toEqual({ red: 3, size: [20, 10] })
  })

  test('that are wrong are a picture with status 400, and a problem that names all of them', async () => {
    const picture = await fetch(`${server.url}/parses/x.png?red=999`, { headers: chromium })
    expect([picture.status, picture.headers.get('content-type')]).toEqual([400, 'image/png'])
    expect(await problem('/parses/x.png?red=999&size=big')).toEqual({
      status: 400,
      detail: 'red: expected at most 255; size: expected a size like 20x10',
    })
    expect(await problem('/parses/x.json?red=1.5')).toEqual({
      status: 400,
      detail: 'red: expected a whole number',
    })
  })
})

describe('limits of a widget', () => {
  test('in time end a drawing that goes beyond them, long before --draw-timeout', async () => {
    const slow = await startServer({ drawTimeout: 60_000 })
    try {
      const stream = await openStream(`${slow.url}/limited/x.png?wait=20s`, { headers: chromium })
      // The placeholder, then the card with the error.
      await stream.waitFor(({ parts }) => parts.length > 1)
      stream.close()
      await eventually(async () =>
        expect(await problemOf(slow, '/limited/x.png?wait=20s')).toContain('took too long to draw'),
      )
    } finally {
      await slow.close()
    }
  })

  test('of memory end only the process that exceeds them', async () => {
    const beside = await open('/ticker/beside.png?every=1s')
    const stream = await open('/limited/x.png?megabytes=400')
    await stream.waitFor(({ parts }) => parts.length > 1)
    await eventually(async () =>
      expect(await problemOf(server, '/limited/x.png?megabytes=400')).toMatch(/memory/),
    )
    const seen = beside.parts.length
    await beside.waitFor(({ parts }) => parts.length > seen)
    for (const each of [beside, stream]) each.close()
  })

  async function problemOf({ url }: TestServer, path: string): Promise<string> {
    const response = await fetch(url + path, { headers: { Accept: 'application/json' } })
    return ((await response.json()) as { detail?: string }).detail ?? ''
  }
})
