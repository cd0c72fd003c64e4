import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStaticPath } from '../../../src/picture/badge/static-path.ts'

describe('the path of a static badge', () => {
  test.each<[string, string, string, string | undefined]>([
    ['build-passing-brightgreen', 'build', 'passing', 'brightgreen'],
    ['passing-green', '', 'passing', 'green'],
    ['passing', '', 'passing', undefined],
    ['any_text-you_like-blue', 'any text', 'you like', 'blue'],
    ['any text-you like-blue', 'any text', 'you like', 'blue'],
    ['snake__case-a___b-red', 'snake_case', 'a__b', 'red'],
    ['_a_-_b_-red', 'a', 'b', 'red'],
    ['_', '', '_', undefined],
    ['semantic--release-v1--2-e10079', 'semantic-release', 'v1-2', 'e10079'],
    ['well--known', '', 'well-known', undefined],
    ['a--b-c--d-fff', 'a-b', 'c-d', 'fff'],
    ['a---b-red', 'a', '-b', 'red'],
    ['a-b---red', 'a', 'b-', 'red'],
    ['a---red', '', 'a-', 'red'],
    ['build--blue', 'build', '', 'blue'],
    ['-message-blue', '', 'message', 'blue'],
    ['-blue', '', '', 'blue'],
    ['node-v20.19.0-339933', 'node', 'v20.19.0', '339933'],
    ['50%-done-yellow', '50%', 'done', 'yellow'],
    ['a/b-c/d-red', 'a/b', 'c/d', 'red'],
    ['日本語-مرحبا-success', '日本語', 'مرحبا', 'success'],
    ['🚀-<b>&"-tomato', '🚀', '<b>&"', 'tomato'],
    ['a-b-rgb(1,2,3)', 'a', 'b', 'rgb(1,2,3)'],
    ['a-b-hsl(120 50% 50%)', 'a', 'b', 'hsl(120 50% 50%)'],
  ])('%s says %o, %o, %o', (path, label, message, color) => {
    expect(parseStaticPath(path)).toEqual({ label, message, color })
  })

  test.each([
    ['a-b-nosuch', 'expected a colour like brightgreen or ff8800 at the end'],
    ['well-known', 'got "known": write -- for a dash in a text'],
    ['a-b--red', 'got "b--red"'],
    ['a-b-', 'got ""'],
    ['a-b-c-red', 'expected label-message-color, got 3 separators: write -- for a dash'],
  ])('%s says what is wrong: %s', (path, detail) => {
    expect(() => parseStaticPath(path)).toThrow(detail)
  })

  test('can contain any text in the right spelling', () => {
    // Spaces around a text are not shown, and shields' grammar cannot part a `_` from a space beside it, nor a dash
    // at the end of a label from the separator.
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((value) => value === value.trim() && !/_ | _|^-|-$|^_$/.test(value))
    const write = (value: string) => value.replaceAll('_', '__').replaceAll('-', '--')
    fc.assert(
      fc.property(text, text, (label, message) => {
        expect(parseStaticPath(`${write(label)}-${write(message)}-red`)).toEqual({
          label,
          message,
          color: 'red',
        })
      }),
    )
  })

  test.each(['-', '--', '_', 'a-', '-a', '_-'])('is read in linear time, for any number of %s', (part) => {
    const before = process.cpuUsage().user
    for (let round = 0; round < 20; round += 1) {
      try {
        parseStaticPath(`${part.repeat(20_000)}x`)
      } catch {}
    }
    expect(process.cpuUsage(undefined).user - before).toBeLessThan(5_000_000)
  })
})
