import { describe, expect, test } from 'vitest'
import { changeState, type StateChange } from '../../src/widget/state-change.ts'

describe('a change of a value', () => {
  test.each<[unknown, StateChange, unknown, unknown]>([
    [undefined, { operation: 'set', value: 1 }, 1, undefined],
    [undefined, { operation: 'add', value: 2 }, 2, 2],
    [40, { operation: 'add', value: 2 }, 42, 42],
    [undefined, { operation: 'push', value: 'a' }, ['a'], 1],
    [['a'], { operation: 'push', value: 'b' }, ['a', 'b'], 2],
    [['a', 'b'], { operation: 'push', value: 'c', keep: 2 }, ['b', 'c'], 2],
    [['a', 'b', 'c'], { operation: 'push', value: 'd', keep: 1 }, ['d'], 1],
    [1, { operation: 'delete' }, undefined, true],
    [undefined, { operation: 'delete' }, undefined, false],
    [
      { a: 1 },
      { operation: 'swap', expected: '{"a":1}', value: 2 },
      2,
      { isSwapped: true, current: '{"a":1}' },
    ],
    [
      { a: 2 },
      { operation: 'swap', expected: '{"a":1}', value: 2 },
      { a: 2 },
      { isSwapped: false, current: '{"a":2}' },
    ],
    [
      undefined,
      { operation: 'swap', expected: undefined, value: 2 },
      2,
      { isSwapped: true, current: undefined },
    ],
    [1, { operation: 'swap', expected: undefined, value: 2 }, 1, { isSwapped: false, current: '1' }],
  ])('from %o by %o is %o', (current, change, value, result) => {
    expect(changeState('x', current, change)).toMatchObject({ value, result })
  })

  test.each<[unknown, StateChange, string]>([
    ['text', { operation: 'add', value: 1 }, 'to be a number, found string'],
    [{}, { operation: 'push', value: 1 }, 'Expected `x` to be a list, found object'],
    [null, { operation: 'push', value: 1 }, 'Expected `x` to be a list, found null'],
    [
      [],
      { operation: 'push', value: 1, keep: 0 },
      'Expected `keep` to be a whole number of at least 1, got 0',
    ],
    [[], { operation: 'push', value: undefined }, 'Expected `x` to be a JSON value, got undefined'],
  ])('of %o by %o is refused', (current, change, message) => {
    expect(() => changeState('x', current, change)).toThrow(TypeError)
    expect(() => changeState('x', current, change)).toThrow(message)
  })
})
