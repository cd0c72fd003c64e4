import { describe, expect, test } from 'vitest'
import { findForgiven } from '../../src/widget/forgiven.ts'
import { describeParam, findSpecFault, type Param, param, parseParam } from '../../src/widget/param.ts'

const text = param.text('', { max: 5 })
const number = param.number(1, { min: -2.5, max: 10 })
const integer = param.integer(5, { min: 1, max: 30 })
const yes = param.boolean()
const color = param.color('red')
const style = param.choice(['pill', 'box'])
const single = param.choice(['only'])
const duration = param.duration(1000, { min: 500, max: 60_000 })
const zone = param.zone()
const date = param.date()

test('a choice with another word for unknown ones takes any', () => {
  const { spec } = param.choice(['a', 'b', 'c'], 'a', { otherwise: 'b' })
  expect(['a', 'b', 'c', 'd', ' c '].map((raw) => parseParam(spec, raw))).toEqual(['a', 'b', 'c', 'b', 'c'])
  expect(
    findForgiven({ style: spec, size: single.spec }, new URLSearchParams('style=d&style=e&size=d')),
  ).toEqual([{ name: 'style', detail: 'expected one of a, b, c, got "e"' }])
  expect(findForgiven({ style: spec }, new URLSearchParams('style=d&style=a'))).toEqual([])
  expect(findSpecFault({ ...spec, otherwise: 'd' } as typeof spec)).toContain('has "d" as `otherwise`')
})

test('a choice with another word for unknown ones takes its default for an empty value, without a warning', () => {
  const { spec } = param.choice(['a', 'b', 'c'], 'a', { otherwise: 'b' })
  expect(['', ' '].map((raw) => parseParam(spec, raw))).toEqual(['a', 'a'])
  expect(findForgiven({ style: spec }, new URLSearchParams('style='))).toEqual([])
  expect(() => parseParam(param.choice(['a', 'b']).spec, '')).toThrow('expected one of a, b, got ""')
})

test('a choice takes older words for some of its words, without a warning', () => {
  const { spec } = param.choice(['a', 'b', 'c'], 'a', { otherwise: 'b', older: { x: 'c' } })
  expect(['x', 'X', 'toString'].map((raw) => parseParam(spec, raw))).toEqual(['c', 'b', 'b'])
  expect(findForgiven({ style: spec }, new URLSearchParams('style=x'))).toEqual([])
  expect(parseParam(param.choice(['a', 'b'], 'a', { older: { x: 'b' } }).spec, 'x')).toBe('b')
  expect(findSpecFault({ ...spec, older: { y: 'd' } } as typeof spec)).toBe(
    'has "d" for the older word "y", expected one of its choices',
  )
})

test('a duration is declared in milliseconds or as text with a unit', () => {
  expect(param.duration('1s', { min: '500ms', max: '1m' })).toEqual(duration)
  expect(() => param.duration('1s', { max: 'late' as '1s' })).toThrow('got "late"')
})

describe('a parameter', () => {
  test.each<[string, Param, string, unknown]>([
    ['text', text, '', ''],
    ['text', text, ' a b ', ' a b '],
    ['text', text, '12345', '12345'],
    ['text', text, '😀😀😀😀😀', '😀😀😀😀😀'],
    ['a number', number, '2', 2],
    ['a number', number, '-2.5', -2.5],
    ['a number', number, '+3', 3],
    ['a number', number, '.5', 0.5],
    ['a number', number, '5.', 5],
    ['a number', number, '1e1', 10],
    ['a number', number, '-0', 0],
    ['a whole number', integer, '1', 1],
    ['a whole number', integer, '030', 30],
    ['a whole number', integer, '3.0', 3],
    ['a boolean', yes, '', true],
    ['a boolean', yes, 'true', true],
    ['a boolean', yes, '1', true],
    ['a boolean', yes, 'Yes', true],
    ['a boolean', yes, 'on', true],
    ['a boolean', yes, 'FALSE', false],
    ['a boolean', yes, '0', false],
    ['a boolean', yes, 'no', false],
    ['a boolean', yes, 'off', false],
    ['a colour', color, 'ff8800', '#ff8800'],
    ['a colour', color, '#FF8800', '#ff8800'],
    ['a colour', color, 'f80', '#ff8800'],
    ['a colour', color, 'f808', '#ff880088'],
    ['a colour', color, 'ff880080', '#ff880080'],
    ['a colour', color, 'Tomato', 'tomato'],
    ['a colour', color, 'rebeccapurple', 'rebeccapurple'],
    ['a colour', color, 'transparent', 'transparent'],
    ['a colour', color, 'rgb(1,2,3)', '#010203'],
    ['a colour', color, 'brightgreen', '#44bb00'],
    ['a choice', style, 'box', 'box'],
    ['a duration', duration, '500ms', 500],
    ['a duration', duration, '1m', 60_000],
    ['a duration', duration, '1.5s', 1500],
    ['a time zone', zone, 'europe/berlin', 'Europe/Berlin'],
    ['a date', date, '2027-01-01T00:00', '2027-01-01'],
    ['a date', date, '', ''],
  ])('that is %s (%o) reads %j as %j', (_kind, { spec }, raw, value) => {
    expect(parseParam(spec, raw)).toBe(value)
  })

  test.each<[Param, string, string]>([
    [text, '123456', 'expected text of at most 5 characters, got "123456"'],
    [number, '11', 'expected a number from -2.5 to 10, got "11"'],
    [number, '-2.6', 'expected a number from -2.5 to 10, got "-2.6"'],
    [number, '', 'expected a number from -2.5 to 10, got ""'],
    [number, 'fast', 'expected a number from -2.5 to 10, got "fast"'],
    [number, '0x5', 'expected a number from -2.5 to 10, got "0x5"'],
    [number, '1 ', 'expected a number from -2.5 to 10, got "1 "'],
    [number, 'NaN', 'expected a number from -2.5 to 10, got "NaN"'],
    [number, '1e999', 'expected a number from -2.5 to 10, got "1e999"'],
    [param.number(0), 'x', 'expected a number, got "x"'],
    [param.number(0, { max: 5 }), 'x', 'expected a number from -1000000000 to 5, got "x"'],
    [integer, '0', 'expected a whole number from 1 to 30, got "0"'],
    [integer, '31', 'expected a whole number from 1 to 30, got "31"'],
    [integer, '2.5', 'expected a whole number from 1 to 30, got "2.5"'],
    [param.integer(0), 'x', 'expected a whole number, got "x"'],
    [yes, 'maybe', 'expected true or false, got "maybe"'],
    [yes, '2', 'expected true or false, got "2"'],
    [color, '', 'expected a colour like ff8800 or tomato, got ""'],
    [color, 'ff', 'expected a colour like ff8800 or tomato, got "ff"'],
    [color, 'ff88001', 'expected a colour like ff8800 or tomato, got "ff88001"'],
    [color, '##ff8800', 'expected a colour like ff8800 or tomato, got "##ff8800"'],
    [color, 'tomatoe', 'expected a colour like ff8800 or tomato, got "tomatoe"'],
    [color, 'constructor', 'expected a colour like ff8800 or tomato, got "constructor"'],
    [color, 'rgb(1,2)', 'expected a colour like ff8800 or tomato, got "rgb(1,2)"'],
    [style, 'Box', 'expected one of pill, box, got "Box"'],
    [style, '', 'expected one of pill, box, got ""'],
    [single, 'other', 'expected only, got "other"'],
    [duration, '5', 'expected a time from 500ms to 1m, got "5"'],
    [duration, '499ms', 'expected a time from 500ms to 1m, got "499ms"'],
    [duration, '61s', 'expected a time from 500ms to 1m, got "61s"'],
    [zone, 'Mars', 'expected a time zone like Europe/Berlin, got "Mars"'],
    [date, 'soon', 'expected a date like 2027-01-01 or 2027-01-01T18:30, got "soon"'],
    [param.date('2027-01-01'), '', 'expected a date like 2027-01-01 or 2027-01-01T18:30, got ""'],
  ])('%o says of %j: %s', ({ spec }, raw, message) => {
    expect(() => parseParam(spec, raw)).toThrow(new RangeError(message))
  })

  test('quotes only the beginning of a long value, on one line', () => {
    const say = () => parseParam(integer.spec, `a\n${'b'.repeat(500)}`)
    expect(say).toThrow(/^expected a whole number from 1 to 30, got "a\\nb+\.\.\.$/)
    expect(say).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,110}$/) }))
  })

  test.each([
    ['text', param.text('a'), 'a'],
    ['choice', param.choice(['pill', 'box'], 'box'), 'box'],
    ['choice', style, 'pill'],
    ['boolean', yes, false],
    ['number', number, 1],
  ])('of the kind %s (%o) has the default %j', (kind, { spec }, value) => {
    expect(spec).toMatchObject({ kind, default: value })
  })

  test('keeps its author’s description', () => {
    const params = [param.text('', { about: 'Why.' }), param.choice(['a'], 'a', { about: 'Why.' })]
    for (const { spec } of params) expect(spec.about).toBe('Why.')
  })

  test.each<[Param, string]>([
    [text, 'text of at most 5 characters'],
    [integer, 'a whole number from 1 to 30'],
    [param.integer(0), 'a whole number'],
    [yes, 'true or false'],
    [duration, 'a time from 500ms to 1m'],
    [style, 'one of pill, box'],
  ])('%o takes %s', ({ spec }, words) => {
    expect(describeParam(spec)).toBe(words)
  })
})

describe('an author’s parameter', () => {
  test.each<[string, Param, string]>([
    ['no choices', param.choice([]), 'has no choices'],
    ['a range upside down', param.number(5, { min: 10, max: 1 }), 'has a range from 10 down to 1'],
    [
      'a number out of its range',
      param.integer(50, { min: 1, max: 30 }),
      'has the default 50, expected a whole number from 1 to 30',
    ],
    ['a number that is not whole', param.integer(1.5), 'has the default 1.5, expected a whole number'],
    ['no number', param.number(Number.NaN), 'has the default null, expected a number'],
    [
      'a colour there is not',
      param.color('redd'),
      'has the default "redd", expected a colour like ff8800 or tomato',
    ],
    [
      'a choice there is not',
      param.choice<string>(['a', 'b'], 'c'),
      'has the default "c", expected one of a, b',
    ],
    [
      'text that is too long',
      param.text('abc', { max: 2 }),
      'has the default "abc", expected text of at most 2 characters',
    ],
    [
      'a zone there is not',
      param.zone('Mars'),
      'has the default "Mars", expected a time zone like Europe/Berlin',
    ],
    [
      'a time that is too short',
      param.duration(5, { min: 1000 }),
      'has the default 5, expected a time from 1s to 1d',
    ],
  ])('%s (%o): %s', (_what, { spec }, fault) => {
    expect(findSpecFault(spec)).toBe(fault)
  })

  test.each<[Param]>([[text], [number], [integer], [yes], [color], [style], [duration], [zone], [date]])(
    '%o is right',
    ({ spec }) => {
      expect(findSpecFault(spec)).toBeUndefined()
    },
  )
})

test('a duration without its unit is named as it was written', () => {
  expect(() => param.duration('5 minutes' as never)).toThrow(
    "param.duration: expected a time like '500ms', '2s' or '5m', or milliseconds, got \"5 minutes\"",
  )
})
