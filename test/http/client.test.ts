import { expect, test } from 'vitest'
import { clientOf } from '../../src/http/client.ts'
import { chromium, firefox, webkit } from '../support/stream-reader.ts'

const EDGE = `${chromium['User-Agent']} Edg/156.0.0.0`

test.each([
  ['Chromium', chromium['User-Agent']],
  ['Chromium', EDGE],
  ['Firefox', firefox['User-Agent']],
  ['WebKit', webkit['User-Agent']],
  ['other', 'Lavf/61.7'],
  ['other', undefined],
])('%s: %s', (family, userAgent) => {
  expect(clientOf({ 'user-agent': userAgent })).toEqual({ family, isForwarded: false })
})

test.each(['x-forwarded-for', 'forwarded', 'via'])('%s shows that there is a proxy', (name) => {
  expect(clientOf({ [name]: '1' }).isForwarded).toBe(true)
})

test('all that are alike are one object', () => {
  expect(clientOf({ 'user-agent': EDGE, via: 'a' })).toBe(
    clientOf({ 'user-agent': chromium['User-Agent'] ?? '', forwarded: 'b' }),
  )
})
