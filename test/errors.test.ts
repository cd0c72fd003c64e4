import { describe, expect, it } from 'vitest'
import { quote } from '../src/errors.ts'

describe('a quoted value', () => {
  it.each([
    ['text', '"text"'],
    ['a\nb', '"a\\nb"'],
    [undefined, 'undefined'],
    [42, '42'],
    [{ a: 1 }, '{"a":1}'],
    ['http://user:secret@host/', '"http://user:...@host/"'],
    ['http://user:p@ss:wo@host/', '"http://user:...@host/"'],
    [{ url: 'http://user:secret@host/' }, '{"url":"http://user:...@host/"}'],
    ['http://host/?token=abc&a=1', '"http://host/?token=...&a=1"'],
    ['http://host:9192/a', '"http://host:9192/a"'],
    ['x'.repeat(70), `"${'x'.repeat(56)}...`],
  ])('%j is %s', (value, text) => {
    expect(quote(value)).toBe(text)
  })

  it('shows values that JSON cannot contain', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect([quote(1n), quote(circle), quote(() => 1)]).toEqual(['1', '[object Object]', '() => 1'])
    expect(quote(Object.create(null))).toBe('{}')
  })

  it('hides a password that is longer than the searched part', () => {
    expect(quote(`http://user:${'p'.repeat(100_000)}@host/`)).toBe('"http://user:...@"')
  })

  // A search that starts again at each colon took 3.6 s for 60 kB, and a thousand times as long for these.
  it.each([':', ':/', '?key=', '@', ':@', '"', '\u0000'])(
    'takes no measurable time for 2 MB of %j',
    (piece) => {
      expect(quote(piece.repeat(2_000_000 / piece.length)).length).toBeLessThanOrEqual(60)
      expect(quote({ label: piece.repeat(2_000_000 / piece.length) }).length).toBeLessThanOrEqual(60)
    },
  )
})
