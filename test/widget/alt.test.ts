import { expect, test } from 'vitest'
import { defaultAlt, toAlt } from '../../src/widget/alt.ts'

test.each([
  ['of several lines', ' one\n\ttwo\u2028three ', 'one two three'],
  ['with the colours of a terminal', '\u001b[31mred\u001b[0m\u0007 alert', 'red alert'],
  ['that sets a terminal’s title', '\u001b]0;pwned\u0007build', 'build'],
  ['that reverses what follows', 'a\u202ebc', 'abc'],
  ['of emoji with joiners', '👩‍🚀 up', '👩‍🚀 up'],
])('a text %s is one harmless line', (_, text, line) => {
  expect(toAlt(text)).toBe(line)
})

test('a long text is cut between letters', () => {
  const line = toAlt('🚀'.repeat(10_000))
  expect([...line]).toHaveLength(400)
  expect(line).toMatch(/^🚀+…$/u)
})

test.each<[string, unknown, string]>([
  [
    'an object',
    { room: 'a/b', key: 'b', peakToday: 3, open: true, list: [1] },
    'Board: peak today 3, open true',
  ],
  ['a number', 4, 'Board: 4'],
  ['a list', [1, 2], 'Board, a/b'],
  ['nothing', undefined, 'Board, a/b'],
  ['an object with words of its own', { alt: 'all is well', hits: 1 }, 'all is well'],
])('without `alt`, a picture is its title and what its data says: %s', (_, json, alt) => {
  expect(defaultAlt('Board', 'a/b', json)).toBe(alt)
})
