import { describe, expect, test } from 'vitest'
import { checkReferrer } from '../../../src/http/picture/referrer.ts'

const HOST = 'pictures.example:9192'
const NO_ENTRY = expect.objectContaining({ status: 403, code: 'referrer-not-allowed' })

function check(referer: string | undefined, allowed: string[]): void {
  checkReferrer({ host: HOST, ...(referer !== undefined && { referer }) }, allowed)
}

describe('a referrer', () => {
  test.each([undefined, 'https://anyone.example/', 'nonsense'])(
    '%s is allowed if every referrer is',
    (referer) => {
      check(referer, [])
    },
  )

  test.each([
    ['https://forum.example/topic/1?page=2', ['forum.example']],
    ['http://forum.example/', ['other.example', 'forum.example']],
    ['https://forum.example:8443/', ['forum.example']],
    ['https://forum.example:8443/', ['forum.example:8443']],
    ['https://a.forum.example/', ['*.forum.example']],
    ['https://a.b.forum.example/', ['*.forum.example']],
    [`http://${HOST}/counter/lobby`, ['forum.example']],
    [`https://${HOST}/`, ['*.forum.example']],
  ])('%s is allowed by %s', (referer, allowed) => {
    check(referer, allowed)
  })

  test.each([
    ['https://evil.example/', ['forum.example']],
    ['https://forum.example.evil.example/', ['forum.example']],
    ['https://evilforum.example/', ['forum.example']],
    ['https://a.forum.example/', ['forum.example']],
    ['https://forum.example/', ['*.forum.example']],
    ['https://evilforum.example/', ['*.forum.example']],
    ['https://forum.example:8443/', ['forum.example:9443']],
    ['https://forum.example/', ['forum.example:8443']],
    ['https://evil.example/forum.example', ['forum.example']],
    ['https://forum.example@evil.example/', ['forum.example']],
    ['nonsense', ['forum.example']],
    [undefined, ['forum.example']],
  ])('%s is refused by %s', (referer, allowed) => {
    expect(() => check(referer, allowed)).toThrow(NO_ENTRY)
  })

  test('is compared as host names are: in any case', () => {
    check('https://forum.example/', ['Forum.Example'])
    check('https://a.forum.example/', ['*.Forum.Example'])
  })

  test('may be allowed on one port of all below a host', () => {
    check('https://a.forum.example:8443/', ['*.forum.example:8443'])
    expect(() => check('https://a.forum.example/', ['*.forum.example:8443'])).toThrow(NO_ENTRY)
  })

  test('that is refused is named in the log, not in the picture; a missing one is reported as missing', () => {
    expect(() => check('https://evil.example/a', ['forum.example'])).toThrow(
      expect.objectContaining({
        caption: 'not for pages of this host',
        message: expect.stringContaining('"evil.example"'),
      }),
    )
    expect(() => check(undefined, ['forum.example'])).toThrow(
      expect.objectContaining({ caption: 'only for pages of certain hosts, and this one sends no referrer' }),
    )
  })
})
