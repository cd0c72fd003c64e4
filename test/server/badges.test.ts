import { makeBadge } from 'badge-maker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium } from '../support/stream-reader.ts'
import { withoutSuffix } from '../support/without-suffix.ts'

const uri = (type: string, bytes: Buffer) =>
  encodeURIComponent(`data:image/${type};base64,${bytes.toString('base64')}`)
const SCRIPT = uri('svg+xml', Buffer.from('<svg><script>alert(1)</script></svg>'))
const HUGE = uri('png', pngHead(40_000))
const DAMAGED = uri('png', pngHead(16))
const READER = { accept: 'text/html', 'user-agent': String(chromium['User-Agent']) }

/** The head of a PNG that ends there. */
function pngHead(side: number): Buffer {
  const head = Buffer.alloc(29)
  head.write('\x89PNG\r\n\x1a\n', 0, 'latin1')
  head.writeUInt32BE(13, 8)
  head.write('IHDR', 12, 'latin1')
  head.writeUInt32BE(side, 16)
  head.writeUInt32BE(side, 20)
  return head
}

let server: TestServer
beforeAll(async () => {
  server = await startServer({ widgets: [] })
})
afterAll(() => server.close())

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)

describe('a badge', () => {
  test.each([
    '/static/v1?label=a&message=b&color=red',
    '/static/v1.svg?label=a&message=b&color=red',
    '/badge?label=a&message=b&color=red',
    '/badge.svg?label=a&message=b&color=red',
    '/badge/a-b-red.svg?logoWidth=30',
  ])('%s is the SVG of badge-maker', async (path) => {
    const response = await get(path)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(withoutSuffix(await response.text())).toBe(makeBadge({ label: 'a', message: 'b', color: 'red' }))
  })

  test('whose texts are in the query is a page to a reader, except for the older form', async () => {
    const open = async (path: string) =>
      (
        await get(path, { headers: { accept: 'text/html', 'user-agent': String(chromium['User-Agent']) } })
      ).headers.get('content-type')
    expect(await open('/badge?label=a&message=b')).toMatch(/^text\/html/)
    expect(await open('/static/v1?label=a&message=b')).toBe('image/svg+xml')
  })

  test.each<[string, Parameters<typeof makeBadge>[0]]>([
    ['build-passing-brightgreen.svg', { label: 'build', message: 'passing', color: 'brightgreen' }],
    ['passing-blue.svg?style=plastic', { message: 'passing', color: 'blue', style: 'plastic' }],
    ['passing-blue.svg?style=popout-square', { message: 'passing', color: 'blue', style: 'flat-square' }],
    ['passing.svg', { message: 'passing', color: 'lightgrey' }],
    ['50%25-a%2Fb__c-red.svg', { label: '50%', message: 'a/b_c', color: 'red' }],
    ['%F0%9F%9A%80-v1.2.3-F80.svg', { label: '🚀', message: 'v1.2.3', color: 'f80' }],
    [
      'a-b-red.svg?label=c&color=hsl(120,50%25,50%25)',
      { label: 'c', message: 'b', color: 'hsl(120,50%,50%)' },
    ],
    ['a-b-red.SVG', { label: 'a', message: 'b', color: 'red' }],
    ['a-b-red.svg?label=', { message: 'b', color: 'red' }],
    [
      'a-b-red.svg?labelColor=navy&link=https://example.com/',
      { label: 'a', message: 'b', color: 'red', labelColor: 'navy', links: ['https://example.com/'] },
    ],
  ])('%s is the SVG of badge-maker', async (path, format) => {
    const response = await get(`/badge/${path}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(withoutSuffix(await response.text())).toBe(makeBadge(format))
  })

  test.each([
    'build-passing-brightgreen',
    'build-passing-brightgreen?style=social',
    'made--with-node.js-green',
    'v1.beta-blue',
    'just.text',
  ])('%s is an SVG without an ending, as shields.io’s own URLs are', async (path) => {
    const response = await get(`/badge/${path}`, { headers: { accept: 'image/avif,image/*,*/*;q=0.8' } })
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    const [name = '', query = ''] = path.split('?')
    const named = await (await get(`/badge/${name}.svg?${query}`)).text()
    expect(await response.text()).toBe(named)
  })

  test('without an ending is its page for a reader', async () => {
    const response = await get('/badge/a-b-red', {
      headers: { 'user-agent': 'Mozilla/5.0 Chrome/156.0', accept: 'text/html,*/*;q=0.8' },
    })
    expect(response.headers.get('content-type')).toContain('text/html')
  })

  test('has a link for each half', async () => {
    const links = ['https://example.com/a', 'https://example.com/b']
    const svg = await (await get(`/badge/a-b-red.svg?link=${links[0]}&link=${links[1]}`)).text()
    expect(withoutSuffix(svg)).toBe(makeBadge({ label: 'a', message: 'b', color: 'red', links }))
    const json = await (await get(`/badge/a-b-red.json?link=${links[0]}&link=${links[1]}`)).json()
    expect(json).toMatchObject({ link: links })
  })

  test('reads the older names of the colours', async () => {
    const svg = await (await get('/badge/a-b-red.svg?colorA=navy&colorB=blue')).text()
    expect(withoutSuffix(svg)).toBe(
      makeBadge({ label: 'a', message: 'b', color: 'blue', labelColor: 'navy' }),
    )
  })

  test('takes all fields from the query', async () => {
    const svg = await (await get('/badge.svg?label=a&message=b&color=red')).text()
    expect(withoutSuffix(svg)).toBe(makeBadge({ label: 'a', message: 'b', color: 'red' }))
  })

  test('has a logo of simple-icons', async () => {
    const svg = await (await get('/badge/a-b-red.svg?logo=github&logoColor=tomato')).text()
    const [, data = ''] = /href="data:image\/svg\+xml;base64,([^"]+)"/.exec(svg) ?? []
    expect(Buffer.from(data, 'base64').toString()).toContain('fill="tomato"')
  })

  test.each(['png', 'webp', 'jpg'])('has the size of its SVG as %s, at any scale', async (ending) => {
    const svg = await (await get('/badge/build-passing-green.svg?logo=github')).text()
    const width = Number(/ width="(\d+)"/.exec(svg)?.[1])
    for (const scale of [1, 2, 3]) {
      const response = await get(`/badge/build-passing-green.${ending}?logo=github&scale=${scale}`)
      const picture = await decode(Buffer.from(await response.arrayBuffer()))
      expect([picture.width, picture.height]).toEqual([width * scale, 20 * scale])
    }
  })

  test('that is wrong is an error at the scale of its URL', async () => {
    const widths = ['', '?scale=2', '?scale=7'].map(async (query) => {
      const response = await get(`/badge/a-b-nosuch.png${query}`)
      return Buffer.from(await response.arrayBuffer()).readUInt32BE(16)
    })
    expect(await Promise.all(widths)).toEqual([320, 640, 320])
  })

  test('is finite for a browser’s image', async () => {
    const response = await get('/badge/a-b-red.png', { headers: chromium })
    expect(response.headers.get('content-type')).toBe('image/png')
    await response.arrayBuffer()
  })

  test('is JSON as shields.io writes it', async () => {
    expect(await (await get('/badge/a-b-success.json?labelColor=F80')).json()).toEqual({
      label: 'a',
      message: 'b',
      color: 'brightgreen',
      labelColor: '#f80',
      link: [],
      name: 'a',
      value: 'b',
    })
  })

  test('has a tag, and can be cached for the time in the query', async () => {
    const first = await get('/badge/a-b-red.svg?cacheSeconds=300')
    expect(first.headers.get('cache-control')).toBe('public, max-age=300')
    const headers = { 'If-None-Match': first.headers.get('etag') ?? '' }
    expect((await get('/badge/a-b-red.svg', { headers })).status).toBe(304)
    expect((await get('/badge/a-b-red.svg')).headers.get('cache-control')).toContain('no-cache')
  })

  test.each([
    ['a-b-nosuch', 'badge: expected a colour like brightgreen or ff8800'],
    ['a-b-red?color=nosuch', 'color: expected a colour like ff8800 or tomato, got \\"nosuch\\"'],
    ['a-b-c-red', 'got 3 separators: write -- for a dash'],
    ['a-b-red?colorB=nosuch', 'colorB: expected a colour like'],
    ['a-b-red?logo=github&logoColor=nosuch', 'logoColor: expected a colour like'],
    ['a-b-red?style=round&color=nosuch', 'color: expected a colour like'],
    [`${'a'.repeat(256)}-red`, 'message: expected at most 255 characters, got 256'],
    ['%ff', 'badge: expected text in percent-encoding'],
  ])('%s is a 400 in the picture and in JSON', async (path, detail) => {
    const [name = '', query = ''] = path.split('?')
    const picture = await get(`/badge/${name}.svg?${query}`)
    expect(picture.status).toBe(400)
    const svg = await picture.text()
    expect(svg).toContain('<title>error: ')
    expect(svg.length).toBeLessThan(3_000)
    const problem = await get(`/badge/${name}.json?${query}`)
    expect(problem.headers.get('content-type')).toContain('application/problem+json')
    expect(await problem.text()).toContain(detail)
  })

  test.each([
    ['style=round', "style: expected one of flat, flat-square, plastic, for-the-badge, social, got 'round'"],
    ['style=Flat', "style: expected one of flat, flat-square, plastic, for-the-badge, social, got 'Flat'"],
    ['logoSize=40', "logoSize: expected one of fixed, auto, got '40'"],
    ['link=github.com/a', "link: expected a URL with http: or https:, got 'github.com/a'"],
    ['link=javascript:alert(1)', "link: expected a URL with http: or https:, got 'javascript:alert(1)'"],
    ['cacheSeconds=soon', "cacheSeconds: expected a whole number from 0 to 31536000, got 'soon'"],
    ['cacheSeconds=-1', "cacheSeconds: expected a whole number from 0 to 31536000, got '-1'"],
    ['logo=data:image/png', 'logo: expected a data: URI of a PNG, SVG, JPEG, GIF or WebP in base64'],
    ['logo=data:image/png;base64,AAAA', 'logo: expected a picture of the type that its data: URI names'],
    [`logo=${SCRIPT}`, 'logo: expected an SVG of shapes, got <script>'],
    [`logo=${HUGE}`, 'logo: expected a picture of at most 1024 pixels a side, got 40000 x 40000'],
  ])('is drawn without ?%s, as by shields.io, and the response says so', async (query, warning) => {
    const plain = makeBadge({ label: 'a', message: 'b', color: 'red' })
    const url = `/badge/a-b-red.svg?${query}`
    const svg = await get(url)
    expect(svg.status).toBe(200)
    expect(svg.headers.get('cache-control')).toContain('no-cache')
    expect(withoutSuffix(await svg.text())).toBe(plain)
    for (const ending of ['svg', 'png', 'json', 'txt']) {
      const response = await get(url.replace('svg', ending))
      expect(response.status).toBe(200)
      expect(response.headers.get('warning')).toContain(`299 - "${warning}`)
      await response.arrayBuffer()
    }
    const page = await get(`/badge/a-b-red.svg?${query}`, { headers: READER })
    expect(page.headers.get('warning')).toBeNull()
    expect(await page.text()).toContain('class="fault"')
  })

  test('whose path has no colour says so on its page, where its picture is too small to read', async () => {
    const page = async (path: string) => (await get(path, { headers: READER })).text()
    expect(await page('/badge/a-b-nosuch')).toContain('Expected a colour like brightgreen or ff8800')
    expect(await page('/badge/a-b-red')).not.toContain('could not be drawn')
  })

  test('is drawn without several wrong values, each named in the response', async () => {
    const response = await get('/badge/a-b-red.json?style=round&link=a&link=https://b/&link=c&logo=linkedin')
    expect(response.headers.get('warning')?.match(/299 - "[a-z]+(?=: )/gi)).toEqual([
      '299 - "style',
      '299 - "logo',
      '299 - "link',
      '299 - "link',
    ])
    expect(await response.json()).toMatchObject({ link: ['', 'https://b/'] })
  })

  // nginx buffers 4 kB of a head, and sends a 502 in place of a longer one.
  test.each(['badge/a-b-red', 'status/many'])('names no more than a head has room for: %s', async (path) => {
    const response = await get(`/${path}.svg?${'link=a&'.repeat(250)}logo=${'"'.repeat(30)}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('warning')).toContain('expected at most 2 links, got 250')
    expect(response.headers.get('warning')?.length).toBeLessThan(600)
  })

  test('is kept for a year if the query asks for longer', async () => {
    const response = await get('/badge/a-b-red.svg?cacheSeconds=99999999')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000')
    expect(response.headers.get('warning')).toContain('299 - "cacheSeconds: ')
  })

  test.each([
    ['linkedin', "got 'linkedin'\""],
    ['visual-studio-code', "got 'visual-studio-code'\""],
    ['aws', "got 'aws'\""],
    ['%F0%9F%9A%80%22', "got '??'''\""],
    ['nodejss', 'did you mean nodedotjs?"'],
    ['x'.repeat(1_000), '..."'],
  ])('is drawn without the logo %s, which simple-icons does not have', async (logo, warning) => {
    const plain = makeBadge({ label: 'a', message: 'b', color: 'red' })
    const svg = await get(`/badge/a-b-red.svg?logo=${logo}`)
    expect(svg.status).toBe(200)
    expect(withoutSuffix(await svg.text())).toBe(plain)
    for (const ending of ['svg', 'png', 'json', 'txt']) {
      const response = await get(`/badge/a-b-red.${ending}?logo=${logo}`)
      expect(response.status).toBe(200)
      const sent = response.headers.get('warning')
      expect(sent).toMatch(/^299 - "logo: expected the slug of a logo in simple-icons, [ -~]+"$/)
      expect(sent).toContain(warning)
      await response.arrayBuffer()
    }
  })

  test.each(['badge/a-b-red', 'status/build'])(
    'says on the page of %s that there is no such logo',
    async (path) => {
      const page = await (await get(`/${path}?logo=nodejss`, { headers: READER })).text()
      expect(page).toContain('got &quot;nodejss&quot;; did you mean nodedotjs?')
    },
  )

  test.each([
    'style=&logoSize=&cacheSeconds=&color=&labelColor=&logo=&logoColor=&link=',
    'style=flat%20&color=%20red&logoSize=auto%20',
    'color=%23DD4343&labelColor=555',
    'logoWidth=x&logoPosition=9&maxAge=2592000&longCache=true&cacheSeconds=2592000',
    'colorA=&colorB=&color=RED',
    'style=&style=flat&label=x&label=a',
  ])('reads ?%s as shields.io does', async (query) => {
    const response = await get(`/badge/a-b-red.svg?${query}`)
    const svg = withoutSuffix(await response.text())
    expect(svg).toBe(makeBadge({ label: 'a', message: 'b', color: 'red' }))
  })

  test('is drawn without a damaged logo, for every request', async () => {
    for (let round = 0; round < 5; round += 1) {
      const response = await get(`/badge/a-b${round}-red.png?logo=${DAMAGED}`)
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
  })

  test('leaves no room behind', async () => {
    await (await get('/badge/never-seen-red.svg')).text()
    await (await get('/badge/never-seen-red.png')).arrayBuffer()
    expect(server.imgcast.stats()).toMatchObject({ channels: 0, rooms: 0 })
  })
})
