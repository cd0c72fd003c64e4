import { describe, expect, test } from 'vitest'
import { failure, readFailure } from '../../src/widget/failure.ts'

describe('a failure', () => {
  test('has words and a status, which no other error has', () => {
    const cause = new Error('why')
    const error = failure('No such city', { status: 404, cause })
    expect(error).toMatchObject({ message: 'No such city', cause })
    expect(readFailure(error)).toEqual({ words: 'No such city', status: 404 })
    expect(readFailure(failure('It failed'))).toEqual({ words: 'It failed', status: 500 })
    for (const other of [new Error('secret'), { status: 404, message: 'x' }, undefined, null, 'x'])
      expect(readFailure(other)).toBeUndefined()
  })

  test.each([
    ['', {}, 'expected words of 1 to 200 characters, got ""'],
    ['x'.repeat(201), {}, 'expected words of 1 to 200 characters'],
    ['x', { status: 200 }, 'expected a status from 400 to 599, got 200'],
    ['x', { status: 404.5 }, 'expected a status from 400 to 599, got 404.5'],
  ])('of %o and %o is a TypeError', (words, options, message) => {
    expect(() => failure(words, options)).toThrow(TypeError)
    expect(() => failure(words, options)).toThrow(message)
  })
})
