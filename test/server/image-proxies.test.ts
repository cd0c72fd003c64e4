import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

/** What an image proxy does with a picture's origin; read in the proxies' sources, or observed where those are closed. */
interface ImageProxy {
  /** The headers that it sends; others of the reader are dropped. */
  headers(reader: Record<string, string>): Record<string, string>
  /** Whether it passes a type on. */
  takes(type: string): boolean
  /** Whether it passes a status on. */
  takesStatus(status: number): boolean
  /** Milliseconds for the whole response. */
  total: number
  /** Milliseconds without a byte. */
  idle: number
  maxBytes: number
}

/** What a reader's browser sends to the proxy. */
const READER = {
  accept: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  cookie: 'session=secret',
  referer: 'https://forum.example/thread/1',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
}
const MEGABYTES = 1_048_576
const DEFAULT_ACCEPT = 'image/png,image/svg+xml,image/*'

/** atmos/camo, `mime-types.json`: of its 43 types, those that matter here. It has no AVIF and no `image/apng`. */
const ATMOS_TYPES =
  /^image\/(bmp|gif|jpeg|jpg|jp2|pjpeg|png|x-png|svg\+xml|tiff|webp|vnd\.microsoft\.icon|x-icon|x-ms-bmp|x-windows-bmp)$/

const isImage = (type: string) => type.startsWith('image/')
const isOk = (status: number) => status === 200
/** Closed services: one finite image to a plain GET. */
const plain = (agent: string): ImageProxy => ({
  headers: () => ({ 'user-agent': agent, accept: '*/*' }),
  ...{ takes: isImage, takesStatus: isOk, total: 4_000, idle: 4_000, maxBytes: 5 * MEGABYTES },
})

const PROXIES: Record<string, ImageProxy> = {
  'GitHub’s camo': {
    headers: () => ({
      'user-agent': 'github-camo (876de43e)',
      via: '1.1 github-camo',
      accept: DEFAULT_ACCEPT,
    }),
    ...{ takes: isImage, takesStatus: isOk, total: 4_000, idle: 4_000, maxBytes: 5 * MEGABYTES },
  },
  'go-camo 2.7 (GitLab)': {
    headers: ({ accept = '' }) => ({ 'user-agent': 'go-camo', via: '1.1 go-camo', accept }),
    takesStatus: (status) => status === 200 || status === 304,
    ...{ takes: isImage, total: 4_000, idle: 4_000, maxBytes: 5 * MEGABYTES },
  },
  'atmos/camo 2.3 (PyPI, Zulip)': {
    headers: ({ accept = '' }) => ({
      ...{ 'user-agent': 'Camo Asset Proxy 2.3.0', via: 'Camo Asset Proxy 2.3.0', accept },
      ...{ 'x-frame-options': 'deny', 'x-content-type-options': 'nosniff' },
    }),
    takes: (type) => ATMOS_TYPES.test(type),
    // It follows redirects, and passes 4xx and 5xx on without their bodies.
    takesStatus: isOk,
    ...{ total: Number.POSITIVE_INFINITY, idle: 10_000, maxBytes: 5 * MEGABYTES },
  },
  Discourse: plain('Discourse Forum Onebox v3.4.0'),
  Gmail: plain('Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'),
  Slack: plain('Slack-ImgProxy (+https://api.slack.com/robots)'),
  Discord: plain('Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)'),
  Twitter: plain('Twitterbot/1.0'),
  Facebook: plain('facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'),
}

/** A picture as a proxy passes it on, or why it does not. */
type Passed = { type: string; bytes: Buffer; headers: Record<string, unknown> } | { refused: string }

/** Fetches a picture as a proxy does, by its own rules. */
function fetchThrough(url: string, proxy: ImageProxy): Promise<Passed> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent: false, headers: proxy.headers(READER) }, (response) => {
      const { statusCode = 0, headers } = response
      const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
      const refuse = (refused: string) => {
        outgoing.destroy()
        resolve({ refused })
      }
      if (!proxy.takesStatus(statusCode)) return refuse(`status ${statusCode}`)
      if (!proxy.takes(type)) return refuse(`type ${type}`)
      if (Number(headers['content-length'] ?? 0) > proxy.maxBytes) return refuse('too large by its length')
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > proxy.maxBytes) refuse('too large')
      })
      response.on('end', () => resolve({ type, bytes: Buffer.concat(chunks), headers }))
    })
    const limit = proxy.total === Number.POSITIVE_INFINITY ? undefined : proxy.total
    const timer = limit && setTimeout(() => outgoing.destroy(new Error('too slow')), limit)
    outgoing.setTimeout(proxy.idle, () => outgoing.destroy(new Error('idle')))
    outgoing.on('error', ({ message }) => resolve({ refused: message }))
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.end()
  })
}

/** Every built-in, in each format that one puts on a page. */
const PATHS = [
  ...['online', 'sine', 'status', 'traffic-light', 'hits', 'clock', 'countdown', 'chart', 'rooms'].map(
    (name) => `${name}/proxied`,
  ),
  'grid/proxied',
].flatMap((path) => ['png', 'svg', 'gif'].map((ending) => `/${path}.${ending}`))
const BADGES = [
  '/badge/build-passing-green',
  '/badge/build-passing-green.svg',
  '/badge/build-passing-green.png',
]

/** The same, again while a busy machine sends a placeholder, which says that it must not be kept. */
async function fetchReady(url: string, proxy: ImageProxy): Promise<Passed> {
  for (;;) {
    const passed = await fetchThrough(url, proxy)
    if ('refused' in passed || passed.headers['cache-control'] !== 'no-store') return passed
  }
}

let server: TestServer
beforeAll(async () => {
  // A busy machine draws slowly; a picture whose drawing takes too long would rest.
  server = await startServer({ widgets: [], drawTimeout: 60_000 })
})
afterAll(() => server.close())

const describePassed = (passed: Passed) =>
  'refused' in passed ? passed.refused : passed.bytes.length > 0 ? 'shown' : 'empty'

test('all pictures at once, drawn for the first time, wait for their drawings before a placeholder is sent', async () => {
  const proxy = PROXIES['GitHub’s camo'] as ImageProxy
  const early = await Promise.all(
    PATHS.map(async (path) => {
      const from = performance.now()
      const passed = await fetchThrough(`${server.url}${path.replace('proxied', 'cold')}`, proxy)
      const isPlaceholder = 'refused' in passed || passed.headers['cache-control'] === 'no-store'
      // A machine that takes longer than this cannot draw them in time.
      return isPlaceholder && performance.now() - from < 850 ? [path] : []
    }),
  )
  expect(early.flat()).toEqual([])
})

describe.each(Object.entries(PROXIES))('through %s', (_, proxy) => {
  test('every built-in is one finished picture with its length, which no cache may keep', async () => {
    const results: Record<string, unknown> = {}
    for (const path of [...PATHS, ...BADGES]) {
      const passed = await fetchReady(server.url + path, proxy)
      const { headers = {} } = 'refused' in passed ? {} : passed
      results[path] = [
        describePassed(passed),
        headers['cache-control'],
        'content-length' in headers,
        'etag' in headers,
      ]
    }
    const expected = ['shown', 'no-cache, max-age=0, must-revalidate', true, true]
    expect(results).toEqual(Object.fromEntries(Object.keys(results).map((path) => [path, expected])))
  })

  test('a stream that the URL asks for, a wrong parameter, a wrong key and a missing widget are pictures too', async () => {
    for (const path of [
      '/online/x.png?delivery=still',
      '/online/x.png?width=huge',
      '/online/wrong%20key.png',
      '/nothing/x.png',
      '/badge/.svg',
    ])
      expect([path, describePassed(await fetchThrough(server.url + path, proxy))]).toEqual([path, 'shown'])
  })
})

test('these rules refuse what such proxies refuse', async () => {
  const camo = PROXIES['GitHub’s camo'] as ImageProxy
  const atmos = PROXIES['atmos/camo 2.3 (PyPI, Zulip)'] as ImageProxy
  expect(await fetchThrough(`${server.url}/traffic-light/x.mjpeg`, camo)).toEqual({
    refused: 'type multipart/x-mixed-replace',
  })
  expect(await fetchThrough(`${server.url}/online/x.json`, camo)).toEqual({
    refused: 'type application/json',
  })
  expect(await fetchThrough(`${server.url}/online/x.png`, { ...camo, maxBytes: 100 })).toEqual({
    refused: 'too large by its length',
  })
  expect(atmos.takes('image/avif') || atmos.takes('image/apng')).toBe(false)
})
