import { describe, expect, test } from 'vitest'
import { dropMissingEmoji, isRightToLeft } from '../../src/picture/text.ts'

/** Emoji that Unicode has set aside and not yet given out: no font has them. */
const [MISSING, MISSING_TOO] = ['\u{1faff}', '\u{1fafe}']

describe('a text', () => {
  test.each([
    ['שלום', true],
    ['12 زوار', true],
    ['«مرحبا»', true],
    ['\u200fabc', true],
    ['abc שלום', false],
    ['123', false],
    ['', false],
    ['Здравствуйте', false],
  ])('%j runs from right to left: %s', (text, answer) => {
    expect(isRightToLeft(text)).toBe(answer)
  })

  test.each([
    [`coffee ${MISSING} time`, 'coffee time'],
    [`${MISSING}${MISSING_TOO} done`, 'done'],
    [`family ${MISSING}\u200d${MISSING_TOO}\ufe0f.`, 'family .'],
    // A text of nothing else is never empty.
    [MISSING, '□'],
  ])('%j loses the emoji that no font has', (text, kept) => {
    expect(dropMissingEmoji(text)).toBe(kept)
  })

  test.each(['5 # 1 * ©', 'plain', '→ ½ é Ω Ж'])('%j is kept, because it is not a missing emoji', (text) => {
    expect(dropMissingEmoji(text)).toBe(text)
  })

  test('keeps letters without a font: they are drawn as boxes', () => {
    expect(dropMissingEmoji('\u{11fff} a')).toBe('\u{11fff} a')
  })
})
