import { describe, expect, test } from 'vitest'
import type { Extension } from '../../src/http/extensions.ts'
import { type Delivery, negotiate } from '../../src/http/negotiate.ts'
import { wantsImage, wantsPage, wantsProblem, wantsStatus200 } from '../../src/http/purpose.ts'
import { chromium, firefox, webkit } from '../support/stream-reader.ts'

type Headers = Record<string, string | undefined>

const NAVIGATION = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const HEADLESS = chromium['User-Agent']?.replace('Chrome/', 'HeadlessChrome/')
const GOOGLEBOT =
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; ' +
  '+http://www.google.com/bot.html) Chrome/156.0.0.0 Safari/537.36'

/** What a browser sends to plain http hosts: no Sec-Fetch headers. */
const plain = (browser: Headers): Headers => only(browser, 'User-Agent', 'Accept')
const navigating = (browser: Headers): Headers => ({
  ...browser,
  Accept: NAVIGATION,
  'Sec-Fetch-Dest': 'document',
})
const only = (headers: Headers, ...names: string[]): Headers =>
  Object.fromEntries(names.map((name) => [name, headers[name]]))

function lower(headers: Headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function ask(headers: Headers, target = 'online.png'): Delivery {
  const { pathname, searchParams: query } = new URL(target, 'http://host')
  const extension = pathname.slice(pathname.lastIndexOf('.') + 1) as Extension
  return negotiate({ headers: lower(headers), extension, query })
}

describe('the delivery for each client', () => {
  test.each<[string, Delivery['kind'], Headers]>([
    ['Chromium, loading an image', 'stream', chromium],
    ['Firefox, loading an image', 'stream', firefox],
    ['WebKit, loading an image', 'stream', webkit],
    ['Chromium, loading an image over plain http', 'stream', plain(chromium)],
    ['Firefox, loading an image over plain http', 'stream', plain(firefox)],
    ['WebKit, loading an image over plain http', 'stream', plain(webkit)],
    ['a browser that accepts anything', 'stream', { ...plain(webkit), Accept: '*/*' }],
    ['a browser without an Accept header', 'stream', only(webkit, 'User-Agent')],
    ['a nameless client that prefers images', 'stream', { Accept: 'image/webp,*/*;q=0.5' }],
    ['a browser behind a reverse proxy or a CDN', 'stream', { ...chromium, Via: '1.1 varnish' }],
    ['a browser over plain http, behind a proxy', 'stream', { ...plain(chromium), Via: '1.1 squid' }],
    ['HeadlessChrome, loading an image', 'stream', { ...chromium, 'User-Agent': HEADLESS }],

    ['Chromium, navigating', 'page', navigating(chromium)],
    ['Firefox, navigating', 'page', navigating(firefox)],
    ['WebKit, navigating', 'page', navigating(webkit)],
    ['Chromium, navigating over plain http', 'page', plain(navigating(chromium))],
    ['a client that prefers HTML', 'page', { Accept: 'text/html' }],
    ['an iframe', 'page', { ...navigating(chromium), 'Sec-Fetch-Dest': 'iframe' }],
    ['HeadlessChrome, navigating', 'page', { ...navigating(chromium), 'User-Agent': HEADLESS }],

    ['fetch() in a page', 'still', { ...chromium, Accept: '*/*', 'Sec-Fetch-Dest': 'empty' }],
    ['a video element', 'still', { ...chromium, Accept: '*/*', 'Sec-Fetch-Dest': 'video' }],
    ['HeadlessChrome without a destination', 'still', plain({ ...chromium, 'User-Agent': HEADLESS })],
    ['Googlebot, rendering a page', 'still', { ...chromium, 'User-Agent': GOOGLEBOT }],
    ['Googlebot over plain http', 'still', plain({ ...chromium, 'User-Agent': GOOGLEBOT })],
    ['curl', 'still', { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }],
    ['curl with an Accept for images', 'still', { 'User-Agent': 'curl/8.5.0', Accept: 'image/*' }],
    ['a nameless client that accepts anything', 'still', { Accept: '*/*' }],
    ['a nameless client without headers', 'still', {}],
    ['VLC', 'still', { 'User-Agent': 'VLC/3.0.20 LibVLC/3.0.20', Accept: '*/*' }],
    ['a client that accepts no type', 'still', { ...plain(chromium), Accept: '' }],
  ])('%s, gets a %s', (_who, kind, headers) => {
    expect(ask(headers).kind).toBe(kind)
  })

  test.each([
    'github-camo (876de43e)',
    'go-camo',
    'Camo Asset Proxy 2.3.0',
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    'Slack-ImgProxy (+https://api.slack.com/robots)',
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
    'Twitterbot/1.0',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'Discourse Forum Onebox v3.4',
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0',
  ])('%s gets a still, even with a browser’s own headers', (userAgent) => {
    expect(ask({ 'User-Agent': userAgent, Accept: 'image/*' }).kind).toBe('still')
    expect(ask({ ...chromium, 'User-Agent': userAgent, Via: '1.1 camo' }).kind).toBe('still')
  })

  test.each<[string, Headers]>([
    ['a browser', chromium],
    ['a reader of pages', navigating(chromium)],
    ['curl', { 'User-Agent': 'curl/8.5.0' }],
  ])('.json gives data to %s', (_who, headers) => {
    expect(ask(headers, 'online.json')).toEqual({ kind: 'data' })
    expect(ask(headers, 'online.json?delivery=stream')).toEqual({ kind: 'data' })
  })

  test.each([
    ['png', 'png'],
    ['jpg', 'jpeg'],
    ['jpeg', 'jpeg'],
    ['webp', 'webp'],
  ])('.%s is %s, streamed or still', (extension, format) => {
    expect(ask(chromium, `online.${extension}`)).toMatchObject({ kind: 'stream', format })
    expect(ask({}, `online.${extension}`)).toMatchObject({ kind: 'still', format })
  })
})

describe('delivery=', () => {
  test.each<[string, Headers]>([
    ['curl', { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }],
    ['an image proxy', { 'User-Agent': 'github-camo (876de43e)' }],
    ['a reader of pages', navigating(chromium)],
    ['a browser’s image', chromium],
  ])('overrules what the headers of %s say', (_who, headers) => {
    expect(ask(headers, 'online.webp?delivery=stream')).toMatchObject({ kind: 'stream', framing: 'browser' })
    expect(ask(headers, 'online.webp?delivery=still')).toEqual({ kind: 'still', format: 'webp' })
  })

  test('counts by its last value', () => {
    expect(ask({}, 'online.png?delivery=still&delivery=stream').kind).toBe('stream')
  })

  test.each(['other', '', 'Stream'])('%o is an error that names the valid values', (delivery) => {
    expect(() => ask(chromium, `online.png?delivery=${delivery}`)).toThrow(
      expect.objectContaining({
        status: 400,
        caption: 'delivery: expected stream or still',
        faults: [{ name: 'delivery', detail: `expected stream or still, got "${delivery}"` }],
      }),
    )
  })
})

describe.each(['gif', 'svg'] as const)('.%s', (format) => {
  test.each<[string, Headers]>([
    ['Chromium, loading an image', chromium],
    ['Firefox, loading an image over plain http', plain(firefox)],
    ['curl', { 'User-Agent': 'curl/8.5.0', Accept: '*/*' }],
    ['an image proxy', { 'User-Agent': 'github-camo (876de43e)' }],
  ])('is a still for %s, whatever it asks for', (_who, headers) => {
    for (const query of ['', '?delivery=stream', '?delivery=still']) {
      expect(ask(headers, `online.${format}${query}`)).toEqual({ kind: 'still', format })
    }
  })

  test('is a page for people who open it, unless they request the still', () => {
    expect(ask(navigating(chromium), `online.${format}`)).toEqual({ kind: 'page' })
    expect(ask(navigating(chromium), `online.${format}?delivery=still`)).toEqual({ kind: 'still', format })
    expect(() => ask(chromium, `online.${format}?delivery=other`)).toThrow()
  })
})

test('a stream may be replaced by a still unless it was requested', () => {
  expect(ask(chromium, 'online.png')).toMatchObject({ kind: 'stream', isOptional: true })
  expect(ask(chromium, 'online.png?delivery=stream')).toMatchObject({ kind: 'stream', isOptional: false })
  expect(ask(chromium, 'online.mjpeg')).toMatchObject({ kind: 'stream', isOptional: false })
})

describe('.mjpeg', () => {
  test.each<[string, Headers]>([
    ['ffmpeg', { 'User-Agent': 'Lavf/61.7.100', Accept: '*/*' }],
    ['VLC', { 'User-Agent': 'VLC/3.0.20 LibVLC/3.0.20' }],
    ['Home Assistant', { 'User-Agent': 'HomeAssistant/2026.10 aiohttp/3.9', Accept: '*/*' }],
    ['an image proxy', { 'User-Agent': 'github-camo (876de43e)', Accept: 'image/*' }],
    ['an unknown client', {}],
    ['a script of a page, over plain http', { ...plain(chromium), Accept: '*/*' }],
    ['a script of a page', { ...chromium, Accept: '*/*', 'Sec-Fetch-Dest': 'empty' }],
    ['a script of a page in Firefox, over plain http', { ...plain(firefox), Accept: '*/*' }],
  ])('is a stream with lengths for %s', (_who, headers) => {
    const stream = {
      kind: 'stream',
      format: 'jpeg',
      framing: 'machine',
      eager: false,
      redirect: false,
      isOptional: false,
    }
    expect(ask(headers, 'online.mjpeg')).toEqual(stream)
    expect(ask(headers, 'online.mjpeg?delivery=still')).toEqual(stream)
  })

  test.each<[string, Headers]>([
    ['Chromium, loading an image', chromium],
    ['Firefox, loading an image', firefox],
    ['WebKit, loading an image over plain http', plain(webkit)],
    ['Chromium, navigating', navigating(chromium)],
    ['Firefox, navigating over plain http', plain(navigating(firefox))],
  ])('is a stream that browsers show at once for %s', (_who, headers) => {
    expect(ask(headers, 'online.mjpeg')).toMatchObject({ kind: 'stream', framing: 'browser' })
  })
})

describe('Firefox', () => {
  const flags = (headers: Headers, target: string) => {
    const { eager, redirect } = ask(headers, target) as Extract<Delivery, { kind: 'stream' }>
    return { eager, redirect }
  }

  test.each(['online.png', 'online.webp?width=200', 'online.mjpeg', 'online.png?delivery=stream'])(
    'is first redirected to a unique URL, for the image %s',
    (target) => {
      expect(flags(firefox, target)).toEqual({ eager: true, redirect: true })
      expect(flags(plain(firefox), target)).toEqual({ eager: true, redirect: true })
    },
  )

  test.each(['online.png?v=x', 'online.png?v', 'online.png?width=200&v=x'])('stays at %s', (target) => {
    expect(flags(firefox, target)).toEqual({ eager: true, redirect: false })
  })

  test('is not redirected if it does not load an image', () => {
    expect(flags(navigating(firefox), 'online.png?delivery=stream').redirect).toBe(false)
  })

  test.each<[string, Headers]>([
    ['Chromium', chromium],
    ['WebKit', webkit],
    ['WebKit in Firefox’s clothes', { ...webkit, 'User-Agent': `${webkit['User-Agent']} FxiOS/133.0` }],
    ['curl', { 'User-Agent': 'curl/8.5.0' }],
  ])('alone is redirected and has its next part begun: not %s', (_who, headers) => {
    expect(flags(headers, 'online.png?delivery=stream')).toEqual({ eager: false, redirect: false })
  })
})

describe('an error', () => {
  test.each<[string, Extension | undefined, boolean, Headers]>([
    ['a browser’s image', 'png', false, chromium],
    ['a client that accepts anything', 'png', false, { Accept: '*/*' }],
    ['a client of JSON', 'png', true, { Accept: 'application/json' }],
    ['a client of JSON before images', undefined, true, { Accept: 'image/*;q=0.5, application/json' }],
    ['a client of problem documents', 'webp', true, { Accept: 'application/problem+json' }],
    ['any client that requests data', 'json', true, chromium],
  ])('for %s (.%s) is a problem document: %s', (_who, extension, problem, headers) => {
    expect(wantsProblem(lower(headers), extension)).toBe(problem)
  })

  test('names the missing extension to clients that load an image', () => {
    expect(wantsImage(lower(chromium))).toBe(true)
    expect(wantsImage(lower(plain(webkit)))).toBe(true)
    expect(wantsImage({ 'user-agent': 'github-camo (876de43e)', accept: 'image/*' })).toBe(true)
    expect(wantsImage(lower(navigating(chromium)))).toBe(false)
    expect(wantsImage(lower({ ...plain(webkit), Accept: '*/*' }))).toBe(false)
    expect(wantsImage({})).toBe(false)
  })

  test('is a page for people alone', () => {
    expect(wantsPage(lower(navigating(webkit)))).toBe(true)
    expect(wantsPage(lower(webkit))).toBe(false)
    expect(wantsPage({})).toBe(false)
  })

  test('goes with status 200 to image proxies alone', () => {
    expect(wantsStatus200({ 'user-agent': 'github-camo (876de43e)' })).toBe(true)
    expect(wantsStatus200(lower(chromium))).toBe(false)
    expect(wantsStatus200({})).toBe(false)
  })
})
