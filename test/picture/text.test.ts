import { describe, expect, test } from 'vitest'
import { toDrawable, withoutDirections } from '../../src/picture/drawable.ts'
import { cutText, isRightToLeft } from '../../src/picture/text.ts'

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
    [`coffee ${MISSING} time`, 'coffee □ time'],
    [`${MISSING}${MISSING_TOO} done`, '□□ done'],
    [`family ${MISSING}\u200d${MISSING_TOO}\ufe0f.`, 'family □.'],
    [MISSING, '□'],
    ['  two\n lines\t', 'two lines'],
  ])('%j is drawn as %j: no character is dropped silently', (text, drawn) => {
    expect(toDrawable(text)).toBe(drawn)
  })

  test.each(['🇩🇪🇫🇷🇮🇹🇪🇸', '👨‍👩‍👧👨‍👩‍👦👩‍👩‍👧', '1️⃣2️⃣3️⃣', 'e\u0301e\u0301e\u0301e\u0301'])(
    '%j is cut between two letters of a reader',
    (text) => {
      const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
      const whole = letters.map((_, index) => `${letters.slice(0, index).join('')}…`)
      for (let width = 5; width < 60; width += 3)
        expect([...whole, text]).toContain(cutText(text, '20px Inter', width))
    },
  )

  test('cannot reverse the letters around it', () => {
    expect(toDrawable('user\u202egnp.exe\u2066 \u202dhere\u2069')).toBe('usergnp.exe here')
    // Marks of the direction belong to texts in Hebrew and Arabic.
    expect(withoutDirections('\u200fשלום\u200e')).toBe('\u200fשלום\u200e')
  })

  test.each(['5 # 1 * ©', 'plain', '→ ½ é Ω Ж'])('%j is kept, because it is not a missing emoji', (text) => {
    expect(toDrawable(text)).toBe(text)
  })

  test('keeps letters without a font: they are drawn as boxes', () => {
    expect(toDrawable('\u{11fff} a')).toBe('\u{11fff} a')
  })
})
