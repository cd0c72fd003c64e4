import { expect, test } from 'vitest'
import { backgroundTone } from '../../src/widget/tone.ts'

test.each([
  ['white', 'dark', 'dark', 'light'],
  ['#161b22', 'light', 'light', 'dark'],
  ['#ffffff20', 'auto', 'dark', 'either'],
  ['transparent', 'auto', 'dark', 'either'],
  ['transparent', 'light', 'dark', 'light'],
  ['', 'light', 'dark', 'light'],
  ['', 'auto', 'dark', 'dark'],
  ['', 'auto', undefined, 'either'],
] as const)('the ground %j under the theme %s, its own being %s, is %s', (background, theme, own, tone) => {
  expect(backgroundTone(background, theme, own)).toBe(tone)
})
