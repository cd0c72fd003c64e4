import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

const TOKEN = 'a-token-of-the-tests'
const PAGE = { Accept: 'text/html', 'Sec-Fetch-Dest': 'document' }

let server: TestServer
beforeAll(async () => {
  server = await startServer({ token: TOKEN })
  await put('status/build', { schemaVersion: 1, label: 'build', message: 'passing', color: 'brightgreen' })
})
afterAll(() => server.close())

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}${path}`, { method, headers })
const text = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).text()

async function put(path: string, body: unknown): Promise<void> {
  const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
  const response = await fetch(`${server.url}/api/${path}`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(body),
  })
  expect(response.ok).toBe(true)
}

const PICTURES: [path: string, alt: RegExp][] = [
  ['badge/build-passing-red', /^build: passing$/],
  ['status/build', /^build: passing$/],
  ['status/none', /^none: not set$/],
  ['online/nobody', /^0 people watching now$/],
  ['hits/none', /^\d hits?$/],
  ['sine/x', /^A sine wave that moves to the right$/],
  ['traffic-light/x', /^Traffic light: (red|yellow|green)$/],
  ['clock/x', /^Clock, \d\d:\d\d in UTC$/],
  ['countdown/x', /^\d+ \w+( and \d+ \w+)? until 1 January 20\d\d$/],
  ['chart/x', /^Visitors of online\/x over the last day: 0 now, at most 0$/],
  ['rooms/x', /^online\/main: 0 visitors, sine\/main: 0 visitors, hits\/main: 0 visitors$/],
]

test.each(PICTURES)(
  '%s in words is its .txt, its alt in .json and the title of its .svg',
  async (path, alt) => {
    const line = await text(`/${path}.txt`)
    expect(line).toMatch(/^[^\n]+\n$/)
    expect(line.trim()).toMatch(alt)
    const json = await (await get(`/${path}.json`)).json()
    // A list has no place for it, and the JSON of a badge is that of shields.io.
    if (!Array.isArray(json) && !path.startsWith('badge')) expect((json as { alt: string }).alt).toMatch(alt)
    const svg = await text(`/${path}.svg`)
    const [, label = '', title = ''] =
      /^<svg [^>]*aria-label="([^"]*)"[^>]*><title>([^<]*)<\/title>/.exec(svg) ?? []
    expect(svg).toMatch(/^<svg [^>]*role="img"/)
    expect(title).toMatch(alt)
    expect(label).toBe(title)
  },
)

test('a grid is the words of its pictures, one after another', async () => {
  const query = 'show=status/build,online/nobody,status/x?label=a'
  const words = '3 pictures: build: passing; 0 people watching now; a: not set'
  expect(await text(`/grid/x.txt?${query}`)).toBe(`${words}\n`)
  const svg = await text(`/grid/x.svg?${query}`)
  expect(svg).toContain(`aria-label="${words}"><title>${words}</title>`)
})

test('words have an ETag, and HEAD the same headers', async () => {
  const { status, headers } = await get('/status/build.txt')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
  expect(headers.get('cache-control')).toBe('no-cache, max-age=0, must-revalidate')
  const etag = headers.get('etag') ?? ''
  const again = await get('/status/build.txt', { 'If-None-Match': etag })
  expect([again.status, await again.text()]).toEqual([304, ''])
  const head = await get('/status/build.txt', {}, 'HEAD')
  expect([head.status, head.headers.get('etag'), head.headers.get('content-length')]).toEqual([
    200,
    etag,
    '15',
  ])
})

test('an error in place of words is a line, or a problem document for a client that reads them', async () => {
  const wrong = await get('/online/x.txt?color=nosuch', { 'User-Agent': 'curl/8' })
  expect([wrong.status, wrong.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8'])
  expect(await wrong.text()).toMatch(/^color: .*nosuch.*\n$/)
  const missing = await get('/onlin/x.txt', { Accept: 'application/json' })
  expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  expect((await get('/online/a%20b.txt', PAGE)).headers.get('content-type')).toBe('text/plain; charset=utf-8')
  const badge = await get('/badge/a-b-nosuch.txt')
  expect([badge.status, badge.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8'])
})

test('words hold no commands of a terminal', async () => {
  await put('status/evil', { schemaVersion: 1, label: 'a\u001b[31m', message: 'b\u0007c', color: 'red' })
  expect(await text('/status/evil.txt')).toBe('a: bc\n')
})

test('the snippets of a page, its picture and the preview of its link have the words', async () => {
  const page = await text('/status/build', PAGE)
  expect(page).toMatch(/<img src="\/status\/build\.png[^>]* alt="build: passing"/)
  expect(page).toContain('alt=&quot;build: passing&quot;')
  expect(page).toContain('![build: passing]')
  expect(page).toContain('<meta property="og:image:alt" content="build: passing">')
  expect(page).toContain('href="/status/build.txt"')
  const gallery = await text('/', PAGE)
  expect(gallery).toContain('alt=&quot;0 people watching now&quot;')
})

test('inlined in one page, two pictures share no id', async () => {
  const paths = [
    'badge/a-b-red',
    'badge/a-much_longer-red',
    'badge/a-b-red.svg?style=plastic',
    'online/x',
    'traffic-light/x',
  ]
  const ids = await Promise.all(
    paths.map(async (path) => {
      const svg = await text(path.includes('?') ? `/${path}` : `/${path}.svg`)
      return [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]
    }),
  )
  expect(ids.filter((each) => each.length > 0).length).toBeGreaterThan(2)
  expect(new Set(ids.flat()).size).toBe(ids.flat().length)
})

test('the data says for how long the picture is not current', async () => {
  const json = async () => (await get('/moody/aged.json')).json() as Promise<{ age: number; alt: string }>
  expect((await get('/moody/aged.png?delivery=still')).status).toBe(200)
  expect(await json()).toMatchObject({
    age: 0,
    alt: 'Draws at once, late, or never, as its room says: mood none',
  })
  await put('rooms/moody/aged/state/mood', 'failing')
  expect((await get('/moody/aged.png?delivery=still')).headers.get('age')).toMatch(/^\d+$/)
  const aged = await get('/moody/aged.json')
  expect(((await aged.json()) as { age: number }).age).toBeGreaterThan(0)
  expect(aged.headers.get('age')).toMatch(/^\d+$/)
})
