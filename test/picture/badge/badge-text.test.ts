import { expect, test } from 'vitest'
import { badgeSvg } from '../../../src/picture/badge/badge-svg.ts'
import { toBadgeText } from '../../../src/picture/badge/badge-text.ts'

test.each([
  ['passing', 'passing'],
  ['🚀', '🚀'],
  ['✅', '✅'],
  ['1️⃣ one', '1️⃣ one'],
  ['日本語 مرحبا', '日本語 مرحبا'],
  ['two\n lines\tand  more', 'two lines and more'],
  ['\u001b[32mok\u001b[0m', 'ok'],
  ['\u001b[1;38;5;208mwarn\u001b[m now', 'warn now'],
  ['\u009b31mred', '\ufffd31mred'],
  ['\u001b]0;title\u0007text', 'text'],
  ['safe\u202egnp.exe', 'safegnp.exe'],
  ['\u2067a\u2069 \u05d0\u200f!', 'a \u05d0\u200f!'],
  ['\u202e', '\ufffd'],
  ['a\u0000b\u0008', 'a\ufffdb\ufffd'],
  ['\ud800', '\ufffd'],
  ['\u001b[32m\u001b[0m', '\ufffd'],
  ['\u200b\u2060', '\ufffd'],
  ['  ', ''],
  ['', ''],
])('%j is shown as %j', (text, shown) => {
  expect(toBadgeText(text)).toBe(shown)
})

test('a badge of control characters is well-formed XML', () => {
  const svg = badgeSvg({ label: '\u0000<', message: '\u001b[31m&\ufffe' })
  expect(svg).not.toMatch(/[\p{Cc}\ufffe\uffff]/u)
  expect(svg).toContain('<title>\ufffd&lt;: &amp;\ufffd</title>')
})
