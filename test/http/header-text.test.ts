import { describe, expect, test } from 'vitest'
import { headerText } from '../../src/http/header-text.ts'
import { readPurpose } from '../../src/http/purpose.ts'

describe('the text of a header', () => {
  test('is the header itself, or empty', () => {
    expect(headerText({ 'user-agent': 'curl/8' }, 'user-agent')).toBe('curl/8')
    expect(headerText({}, 'accept-language')).toBe('')
  })

  test('is cut before it is searched', () => {
    const long = 'x'.repeat(16_000)
    expect(headerText({ 'user-agent': long }, 'user-agent')).toHaveLength(512)
    expect(
      readPurpose({ 'user-agent': `Mozilla/5.0 (X11) Gecko/1 Firefox/1 ${'x'.repeat(600)} Googlebot/2.1` })
        .takesStillsOnly,
    ).toBe(false)
    expect(readPurpose({ accept: `${'a/b;q=0.1,'.repeat(1500)}text/html` }).kind).toBe('other')
  })
})
