import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeBadge } from 'badge-maker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DescribedApi } from '../support/described-api.ts'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'
import { withoutSuffix } from '../support/without-suffix.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-statuses-'))
const store = `file:${join(folder, 'statuses.db')}`
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

const set = async (key: string, body: object, query = '') => {
  const all = { schemaVersion: 1, label: key, ...body }
  const response = await api.call('PUT', `/api/status/${key}${query}`, { body: all })
  expect(response.status).toBe(200)
  return response.body
}
const svg = async (path: string) => (await fetch(`${server.url}/${path}`)).text()
// biome-ignore lint/suspicious/noExplicitAny: every test knows what it requested.
const json = async (path: string): Promise<any> => (await fetch(`${server.url}/${path}`)).json()
const title = async (path: string) => /<title>(.*)<\/title>/.exec(await svg(path))?.[1]

describe('the SVG of a status', () => {
  test('is that of badge-maker', async () => {
    await set('build', { message: 'passing', color: 'brightgreen' })
    const badge = { label: 'build', message: 'passing', color: 'brightgreen' }
    expect(withoutSuffix(await svg('status/build.svg'))).toBe(makeBadge(badge))
    expect(withoutSuffix(await svg('status/build.svg?style=social'))).toBe(
      makeBadge({ ...badge, style: 'social' }),
    )
    const links = ['https://example.com/a', 'https://example.com/b']
    expect(withoutSuffix(await svg(`status/build.svg?link=${links[0]}&link=${links[1]}`))).toBe(
      makeBadge({ ...badge, links }),
    )
    expect(withoutSuffix(await svg('status/build.svg?color=blue'))).toBe(
      makeBadge({ ...badge, color: '#007ec6' }),
    )
  })

  test('has the logo that was sent, or that of the URL', async () => {
    await set('logo', { message: 'b', namedLogo: 'github', logoColor: 'tomato' })
    const fill = async (path: string) => {
      const [, data = ''] = /href="data:image\/svg\+xml;base64,([^"]+)"/.exec(await svg(path)) ?? []
      return /fill="([^"]+)"/.exec(Buffer.from(data, 'base64').toString())?.[1]
    }
    expect(await fill('status/logo.svg')).toBe('tomato')
    expect(await fill('status/logo.svg?logo=npm&logoColor=blue')).toBe('#007ec6')
    expect(await fill('status/nobody.svg')).toBeUndefined()
    const png = await fetch(`${server.url}/status/logo.png`)
    expect(png.status).toBe(200)
  })

  test.each([
    ['status/plain', 'style=round'],
    ['status/plain', 'logoSize=40'],
    ['status/plain', 'logo=nosuchlogo'],
    ['status/plain', 'logo=data:image/png;base64,AAAA'],
    ['status/plain', 'link=javascript:1'],
    ['status/plain', 'cacheSeconds=soon'],
    ['hits/plain', 'style=round'],
  ])('%s is drawn without ?%s in every format, and the response says so', async (path, query) => {
    await set('plain', { message: 'b' })
    const [name = ''] = query.split('=')
    for (const ending of ['svg', 'png', 'json', 'txt', 'gif', 'png&delivery=stream']) {
      const [format, delivery = ''] = ending.split('&')
      const done = new AbortController()
      const response = await fetch(`${server.url}/${path}.${format}?${query}&${delivery}`, {
        signal: done.signal,
      })
      expect([ending, response.status]).toEqual([ending, 200])
      expect(response.headers.get('warning')).toMatch(new RegExp(`^299 - "${name}: expected [ -~]+"$`))
      done.abort()
    }
  })

  test.each<[path: string, query: string, same: string]>([
    ['status/styled', 'style=', ''],
    ['status/styled', 'style=%20plastic%20', 'style=plastic'],
    ['status/styled', 'style=popout-square', 'style=flat-square'],
    ['status/styled', 'style=popout', 'style=flat'],
    ['status/styled', 'logoSize=&cacheSeconds=&color=&labelColor=&logo=&logoColor=&link=', ''],
    ['hits/styled', 'style=&count=no', 'count=no'],
    ['hits/styled', 'style=popout-square&count=no', 'style=flat-square&count=no'],
  ])('%s?%s is as with ?%s, as shields.io reads it, without a warning', async (path, query, same) => {
    await set('styled', { message: 'b', style: 'social' })
    const response = await fetch(`${server.url}/${path}.svg?${query}`)
    expect([response.status, response.headers.get('warning')]).toEqual([200, null])
    expect(withoutSuffix(await response.text())).toBe(withoutSuffix(await svg(`${path}.svg?${same}`)))
  })

  test('a status with an unknown style in its URL is flat, whatever was sent', async () => {
    await set('styled', { message: 'b', style: 'social' })
    const flat = withoutSuffix(await svg('status/styled.svg?style=flat'))
    expect(withoutSuffix(await svg('status/styled.svg?style=round'))).toBe(flat)
    expect(withoutSuffix(await svg('status/styled.svg'))).not.toBe(flat)
  })

  test.each([
    ['🚀', '🚀'],
    ['✅', '✅'],
    ['1️⃣ one', '1️⃣ one'],
    ['\u001b[32mok\u001b[0m', 'ok'],
    ['\u0007', '\ufffd'],
    ['\u200b', '\ufffd'],
    ['   ', 'blank'],
  ])('says %j as %j', async (message, shown) => {
    await set('words', { message })
    expect(await title('status/words.svg')).toBe(`words: ${shown}`)
  })

  test('says that it is not set only where it is not', async () => {
    expect(await title('status/never.svg')).toBe('never: not set')
    expect((await json('status/never.json')).level).toBe('unset')
  })

  test('keeps the colours of an error', async () => {
    await set('broken', { message: 'failing', isError: true })
    expect(await svg('status/broken.svg?color=brightgreen&labelColor=navy')).toBe(
      await svg('status/broken.svg'),
    )
  })
})

describe('a status with a lifetime', () => {
  test('turns late and then down, in every open picture, and is well again when it is set', async () => {
    const stream = await openStream(`${server.url}/status/beat.png`)
    await set('beat', { message: 'alive', color: 'brightgreen', ttl: '1s', grace: '1s' })
    expect((await json('status/beat.json')).level).toBe('up')
    await eventually(async () => expect((await json('status/beat.json')).message).toBe('late'))
    const whileLate = stream.parts.length
    await eventually(async () => expect((await json('status/beat.json')).message).toBe('down'))
    await eventually(() => expect(stream.parts.length).toBeGreaterThan(whileLate))
    expect(await svg('status/beat.svg?color=blue')).toContain('fill="#dd4343"')
    const list = (await api.call('GET', '/api/status')).body as { statuses: unknown[] }
    expect(list.statuses).toContainEqual(expect.objectContaining({ key: 'beat', shown: 'down' }))
    expect((await api.call('GET', '/api/status/beat')).body).toEqual({
      ...{ schemaVersion: 1, label: 'beat', message: 'alive', color: 'brightgreen', ttl: '1s', grace: '1s' },
    })
    await set('beat', { message: 'alive', color: 'brightgreen' })
    expect((await json('status/beat.json')).message).toBe('alive')
    stream.close()
  })

  test('may have it from the query', async () => {
    expect(await set('query', { message: 'ok' }, '?ttl=10m&grace=5m')).toMatchObject({
      ttl: '10m',
      grace: '5m',
    })
  })

  test.each([
    [{ ttl: 'soon' }, 'ttl: expected a time with its unit from 1s to 31d, like 10m, got "soon"'],
    [{ grace: '5m' }, 'grace: expected a ttl too'],
    [{ color: 'nosuch' }, 'color: expected a colour like ff8800 or tomato, got "nosuch"'],
    [{ logoSvg: '<svg><script/></svg>' }, 'logoSvg: expected an SVG of shapes, got <script>'],
  ])('%j is a 400', async (more, detail) => {
    const body = { schemaVersion: 1, label: 'a', message: 'b', ...more }
    const response = await api.call('PUT', '/api/status/wrong', { body })
    expect([response.status, JSON.stringify(response.body)]).toEqual([
      400,
      expect.stringContaining(JSON.stringify(detail).slice(1, -1)),
    ])
  })

  test('is late after a restart too', async () => {
    await set('restart', { message: 'alive', color: 'green', ttl: '1s', grace: '1h' })
    await server.close()
    await start()
    await eventually(async () => expect((await json('status/restart.json')).message).toBe('late'))
    expect((await json('status/restart.json?show=bar&days=1')).days[0].times[0]).toBeGreaterThanOrEqual(1)
  })
})

describe('several statuses in one', () => {
  test('say how many are up, in the worst colour, and change when one of them does', async () => {
    for (const key of ['web', 'db', 'mail']) await set(key, { message: 'ok', color: 'brightgreen' })
    const stream = await openStream(`${server.url}/status/all.png?of=web,db,mail`)
    await eventually(() => expect(stream.parts.length).toBeGreaterThan(0))
    const before = stream.parts.length
    expect(await title('status/all.svg?of=web,db,mail')).toBe('all: 3 of 3 up')
    await set('db', { message: 'gone', color: 'red' })
    expect(await title('status/all.svg?of=web,db,mail')).toBe('all: 2 of 3 up')
    expect(await svg('status/all.svg?of=web,db,mail&label=site')).toContain('fill="#dd4343"')
    await eventually(() => expect(stream.parts.length).toBeGreaterThan(before))
    stream.close()
    expect(await json('status/all.json?of=web,nobody')).toMatchObject({
      ...{ message: '1 of 2 up', level: 'unset' },
      members: [
        { key: 'web', level: 'up' },
        { key: 'nobody', level: 'unset' },
      ],
    })
  })
})

test('the bar of the last days is a picture of its own size', async () => {
  const response = await fetch(`${server.url}/status/web.png?show=bar&days=90`)
  expect(response.status).toBe(200)
  const png = Buffer.from(await response.arrayBuffer())
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([540, 64])
})

test('a traffic light shows the status of its key', async () => {
  expect((await json('traffic-light/crossing.json')).light).toBe('in turn')
  const lights: string[] = []
  for (const body of [
    { message: 'stop', color: 'red' },
    { message: 'wait', color: 'yellow' },
    { message: 'go', color: 'brightgreen' },
    { message: 'failing' },
    { message: 'passing' },
  ]) {
    await set('crossing', body)
    lights.push((await json('traffic-light/crossing.json')).light)
  }
  expect(lights).toEqual(['red', 'yellow', 'green', 'red', 'green'])
  const still = await fetch(`${server.url}/traffic-light/crossing.png`)
  expect(Buffer.from(await still.arrayBuffer()).includes('acTL')).toBe(false)
})

test('a status that is requested right before a stop is counted', async () => {
  const hits = async () => (await api.call('GET', '/api/rooms/status/last')).body.hits
  await svg('status/last.svg')
  await eventually(async () => expect(await hits()).toBe(1))
  const response = await fetch(`${server.url}/status/last.svg`)
  const closing = server.close()
  await response.text()
  await closing
  await start()
  expect(await hits()).toBe(2)
})
