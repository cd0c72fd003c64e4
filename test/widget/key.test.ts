import { describe, expect, test } from 'vitest'
import { checkKey, isKey, isKeyText, type KeyGrammar, readKey } from '../../src/widget/key.ts'
import { param } from '../../src/widget/param.ts'
import { toKeySpec } from '../../src/widget/to-key-spec.ts'

const K64 = 'k'.repeat(64)

describe('a key of the default grammar', () => {
  test.each(['main', 'v1.2', '~', '-', '_', '.', '..', 'A', '0', K64])('may be %s', (key) => {
    checkKey(key)
  })

  test.each(['', `${K64}k`, 'a b', 'a/b', 'a:b', 'ä', 'a\n', 'a?', '%41'])('may not be %j', (key) => {
    expect(() => checkKey(key)).toThrow(expect.objectContaining({ status: 400, code: 'bad-key' }))
  })
})

describe('a declared key grammar', () => {
  test.each<[string, KeyGrammar | undefined, string[], string[]]>([
    ['a list', param.choice(['home', 'über uns']), ['home', 'über uns'], ['Home', 'main', '']],
    [
      'text',
      param.text('build', { max: 255 }),
      ['label-message-green', 'a/b', 'überschrift 🚀', 'x'.repeat(255)],
      [''],
    ],
    ['short text', param.text('a', { max: 2 }), ['ab', 'üü', '🚀🚀'], ['abc', '']],
    ['a pattern', { pattern: /\d{4}/, default: '2027' }, ['2027'], ['20270', 'x2027', '']],
    ['a pattern of either case', { pattern: /a(b|c)/i, default: 'ab' }, ['AB', 'ac'], ['ad', 'abab']],
    ['a pattern of letters', { pattern: /\p{L}+/u, default: 'a' }, ['größe', 'Ω'], ['a1']],
  ])('of %s takes its own keys and no others', (_, grammar, right, wrong) => {
    const spec = toKeySpec(grammar)
    expect(right.filter((key) => !isKey(key, spec))).toEqual([])
    expect(wrong.filter((key) => isKey(key, spec))).toEqual([])
    expect(isKey(structuredClone(spec).default, structuredClone(spec))).toBe(true)
  })

  test('refuses other keys with a 404 that lists the valid ones', () => {
    const spec = toKeySpec(param.choice(['home', 'about']))
    expect(() => checkKey('x', spec)).toThrow(
      expect.objectContaining({ status: 404, message: 'no picture "x": expected one of home, about' }),
    )
  })

  test('has a default key for the URL without one', () => {
    expect(readKey(undefined, toKeySpec(param.choice(['home', 'about'])))).toBe('home')
    expect(readKey(undefined)).toBe('main')
    expect(readKey('a%2Fb', toKeySpec(param.text('a', { max: 9 })))).toBe('a/b')
    expect(() => readKey('%zz')).toThrow(expect.objectContaining({ status: 400, code: 'bad-key' }))
  })

  test.each<[unknown, string]>([
    ['main', 'is not a key grammar, expected param.choice([...]), param.text() or { pattern, default }'],
    [null, 'is not a key grammar, expected param.choice([...]), param.text() or { pattern, default }'],
    [
      param.boolean(),
      'is not a key grammar, expected param.choice([...]), param.text() or { pattern, default }',
    ],
    [{ pattern: '[a-z]', default: 'a' }, 'has a `pattern` that is not a regular expression'],
    [{ pattern: /a/g, default: 'a' }, 'has the flags g, expected only i and u'],
    [
      { pattern: /\d+/, default: 'main' },
      String.raw`has the default "main", expected a key that matches /\d+/`,
    ],
    [param.text('', { max: 10 }), 'has the default "", expected 1 to 10 characters'],
    [param.text('a', { max: 300 }), 'allows 300 characters, expected at most 255'],
    [param.choice([]), 'has the default undefined, expected one of no choices'],
    [param.choice(['a', 'b\n']), String.raw`has the choice "b\n", expected 1 to 255 characters`],
  ])('%o: %s', (grammar, fault) => {
    expect(() => toKeySpec(grammar as KeyGrammar)).toThrow(new TypeError(fault))
  })
})

describe('a key of any grammar', () => {
  test.each(['', 'x'.repeat(256), 'a\0', 'a\u0085', '\ud800'])('is never %j', (key) => {
    expect(isKeyText(key)).toBe(false)
    expect(isKey(key, toKeySpec({ pattern: /[^b]*/, default: 'a' }))).toBe(false)
  })
})

describe('a pattern', () => {
  const evil = { pattern: /([a-z]+)*!/, default: 'a!' }

  test('that would stall a backtracking engine takes time in proportion to the key', () => {
    const spec = toKeySpec(evil)
    // A backtracking engine needs 2^254 steps here: this test would never end.
    expect(isKey('a'.repeat(255), spec)).toBe(false)
  })

  test.each([/(?=a)a/, /(a)\1/, /(?<!b)a/])('%s has no linear matcher, and is refused', (pattern) => {
    expect(() => toKeySpec({ pattern, default: 'a' })).toThrow(/cannot be matched in linear time/)
  })

  test('that compiles to too many steps is refused', () => {
    expect(() => toKeySpec({ pattern: /((a?b?c?){10}){50}/, default: 'a' })).toThrow(/is too large/)
  })
})
