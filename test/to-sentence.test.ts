import { describe, expect, it } from 'vitest'
import { toSentence } from '../src/errors.ts'

describe('a sentence', () => {
  it.each([
    ['there is nothing here', 'There is nothing here.'],
    ['streamed, or one frame', 'Streamed, or one frame.'],
    ['no widget x, did you mean y?', 'No widget x, did you mean y?'],
    ['Where they stand.', 'Where they stand.'],
    ['JPEG and WebP', 'JPEG and WebP.'],
  ])('of “%s” is “%s”', (words, sentence) => {
    expect(toSentence(words)).toBe(sentence)
  })

  it.each(['clock/main: expected x.', 'hands: expected x.'])(
    'keeps a name at its beginning: “%s”',
    (words) => {
      expect(toSentence(words)).toBe(words)
    },
  )
})
