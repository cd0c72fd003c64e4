import { expect, test } from 'vitest'
import { breakLines } from '../../src/picture/break-lines.ts'

/** Breaks lines in a font whose letters are one wide. */
const lines = (text: string, width: number) =>
  [...breakLines(text, width, (line) => [...line].length)].map((line) => line.text)

test.each<[string, string, number, string[]]>([
  ['after spaces', 'the quick brown fox', 10, ['the quick', 'brown fox']],
  ['where the text has a line end', 'one\ntwo\r\n\nthree', 10, ['one', 'two', '', 'three']],
  ['after a hyphen', 'state-of-the-art', 9, ['state-of-', 'the-art']],
  ['within a word that is too wide', 'abcdefgh ij', 3, ['abc', 'def', 'gh', 'ij']],
  ['not within a number or before its unit', '3.14 kg 10\u00a0km', 7, ['3.14 kg', '10\u00a0km']],
  ['not before a full stop', 'abc def.', 7, ['abc', 'def.']],
  [
    'between Chinese words, and not before a comma',
    '今天天气很好，我们去',
    5,
    ['今天天气', '很好，我们', '去'],
  ],
  ['between letters of several parts', '👩‍🚀👩‍🚀', 3, ['👩‍🚀', '👩‍🚀']],
  ['nowhere in an empty text', '', 5, ['']],
])('a line breaks %s', (_, text, width, expected) => {
  expect(lines(text, width)).toEqual(expected)
})

test('a word of any length is measured in short parts', () => {
  let measured = 0
  const measure = (line: string) => {
    measured += line.length
    return line.length
  }
  const all = [...breakLines('x'.repeat(100_000), 100, measure)]
  expect(all).toHaveLength(100)
  expect(measured).toBeLessThan(1_000_000)
})
