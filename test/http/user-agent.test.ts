import { describe, expect, test } from 'vitest'
import { isBrowser, isFirefox, isImageProxy, takesStillsOnly } from '../../src/http/user-agent.ts'
import { chromium, firefox, webkit } from '../support/stream-reader.ts'

const CHROMIUM = chromium['User-Agent'] as string
const FIREFOX = firefox['User-Agent'] as string
const WEBKIT = webkit['User-Agent'] as string
const ANDROID_FIREFOX = 'Mozilla/5.0 (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0'
const IPHONE_FIREFOX =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'FxiOS/133.0 Mobile/15E148 Safari/605.1.15'

const PROXIES = [
  'github-camo (876de43e)',
  'go-camo',
  'Camo Asset Proxy 2.3.0',
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
  'Slack-ImgProxy (+https://api.slack.com/robots)',
  'Slackbot 1.0 (+https://api.slack.com/robots)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  'Twitterbot/1.0',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Discourse Forum Onebox v3.4',
  'TelegramBot (like TwitterBot)',
  'WhatsApp/2.24 A',
]

const CRAWLERS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Googlebot-Image/1.0',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
]

const MAIL_CLIENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0',
  'Mozilla/4.0 (compatible; ms-office; MSOffice rmj)',
  'Outlook-iOS/2.0',
]

const BROWSERS = [CHROMIUM, FIREFOX, WEBKIT, ANDROID_FIREFOX, IPHONE_FIREFOX]

describe('a user agent', () => {
  test.each(PROXIES)('%s is an image proxy and gets only stills', (userAgent) => {
    expect(isImageProxy(userAgent)).toBe(true)
    expect(takesStillsOnly(userAgent, false)).toBe(true)
    expect(takesStillsOnly(userAgent, true)).toBe(true)
  })

  test.each([...CRAWLERS, ...MAIL_CLIENTS])('%s gets only stills, and is not an image proxy', (userAgent) => {
    expect(isImageProxy(userAgent)).toBe(false)
    expect(takesStillsOnly(userAgent, false)).toBe(true)
    expect(takesStillsOnly(userAgent, true)).toBe(true)
  })

  test.each(BROWSERS)('%s is a browser and gets streams', (userAgent) => {
    expect(isBrowser(userAgent)).toBe(true)
    expect(isImageProxy(userAgent)).toBe(false)
    expect(takesStillsOnly(userAgent, false)).toBe(false)
    expect(takesStillsOnly(userAgent, true)).toBe(false)
  })

  test('HeadlessChrome gets streams if it loads an image', () => {
    const headless = CHROMIUM.replace('Chrome/', 'HeadlessChrome/')
    expect(takesStillsOnly(headless, true)).toBe(false)
    expect(takesStillsOnly(headless, false)).toBe(true)
  })

  test('a crawler in a headless browser remains a crawler, with any headers', () => {
    const crawler = `${CHROMIUM.replace('Chrome/', 'HeadlessChrome/')} (compatible; Googlebot/2.1)`
    expect(takesStillsOnly(crawler, true)).toBe(true)
  })

  test('a missing one is neither a browser nor a crawler', () => {
    expect(isBrowser('')).toBe(false)
    expect(takesStillsOnly('', false)).toBe(false)
  })

  test.each(['curl/8.5.0', 'VLC/3.0.20 LibVLC/3.0.20', 'Lavf/61.7.100'])('%s is no browser', (userAgent) => {
    expect(isBrowser(userAgent)).toBe(false)
  })

  test.each<[string, boolean]>([
    [FIREFOX, true],
    [ANDROID_FIREFOX, true],
    [CHROMIUM, false],
    [WEBKIT, false],
    [IPHONE_FIREFOX, false],
    ['', false],
  ])('%s has Firefox’s engine: %s', (userAgent, expected) => {
    expect(isFirefox(userAgent)).toBe(expected)
  })

  // One expression for engine and name starts again at each `Gecko/`: 0.4 s for 67 kB, hours for this.
  test('takes no measurable time for megabytes of an engine without a name', () => {
    expect(isFirefox('Gecko/1 '.repeat(500_000))).toBe(false)
    expect(isFirefox(`${'Gecko/1 '.repeat(500_000)}Firefox/1`)).toBe(true)
  })
})
