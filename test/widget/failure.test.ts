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
    [[''], 'expected `words` to be text of 1 to 200 characters, got ""'],
    [['x'.repeat(201)], 'expected `words` to be text of 1 to 200 characters'],
    [[], 'failure: expected `words` to be text of 1 to 200 characters, got nothing'],
    [[123], 'expected `words` to be text of 1 to 200 characters, got 123'],
    [['x', { status: 200 }], 'failure: expected `status` to be from 400 to 599, got 200'],
    [['x', { status: 404.5 }], 'expected `status` to be from 400 to 599, got 404.5'],
    [['x', { status: '404' }], 'expected `status` to be from 400 to 599, got "404"'],
    [['x', null], 'failure: expected the options { status, cause }, got null'],
    [['x', 404], 'failure: expected the options { status, cause }, got 404'],
    [['x', { staus: 404 }], 'failure: unknown option `staus`, did you mean `status`?'],
  ])('of %o is a TypeError', (given, message) => {
    const create = () => failure(...(given as Parameters<typeof failure>))
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
  })
})
