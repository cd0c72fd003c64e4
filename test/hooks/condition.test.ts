import { describe, expect, test } from 'vitest'
import { type Condition, formatCondition, holds, parseCondition } from '../../src/hooks/condition.ts'

describe('a condition', () => {
  test.each<[string, Condition]>([
    ['visitors(online/blog) > 100', { measure: 'visitors', room: 'online/blog', operator: '>', number: 100 }],
    [
      '  connections ( my-widget/A.b_c~d-e )>=0 ',
      { measure: 'connections', room: 'my-widget/A.b_c~d-e', operator: '>=', number: 0 },
    ],
    ['hits(a/b)<5', { measure: 'hits', room: 'a/b', operator: '<', number: 5 }],
    ['hits(a/b)<= 5', { measure: 'hits', room: 'a/b', operator: '<=', number: 5 }],
    ['hits(a/b) ==007', { measure: 'hits', room: 'a/b', operator: '==', number: 7 }],
    [
      'hits(camera/front door (2)/a) > 5',
      { measure: 'hits', room: 'camera/front door (2)/a', operator: '>', number: 5 },
    ],
    ['hits(a/b)!=5', { measure: 'hits', room: 'a/b', operator: '!=', number: 5 }],
  ])('is read: %s', (text, condition) => {
    expect(parseCondition(text)).toEqual(condition)
    expect(parseCondition(formatCondition(condition))).toEqual(condition)
  })

  test.each<[string, RegExp]>([
    ['', /expected one of visitors, connections, hits, got nothing more/],
    ['viewers(online/blog) > 1', /expected one of visitors, connections, hits, got "viewers\(/],
    ['visitors-now(online/blog) > 1', /expected one of visitors/],
    ['visitors', /expected \( after visitors, got nothing more/],
    ['visitors online/blog > 1', /expected \( after visitors, got "online/],
    ['visitors() > 1', /expected a room like online\/blog, got "\) > 1"/],
    ['visitors(online) > 1', /expected a room like online\/blog, got "online"/],
    ['visitors(/a) > 1', /expected a room like online\/blog, got "\/a"/],
    ['visitors(online/blog) > 1)', /expected one of >= <= == != > <, got nothing more/],
    ['visitors(online/blog > 1', /expected \) after online\/blog, got "> 1"/],
    ['visitors(online/blog)', /expected one of >= <= == != > <, got nothing more/],
    ['visitors(online/blog) = 1', /expected one of >= <= == != > <, got "= 1"/],
    ['visitors(online/blog) === 1', /expected one of >= <= == != > </],
    ['visitors(online/blog) > many', /expected a whole number, got "many"/],
    ['visitors(online/blog) > -1', /expected a whole number, got "-1"/],
    ['visitors(online/blog) > 1.5', /expected a whole number, got "1.5"/],
    ['visitors(online/blog) > 1e3', /expected a whole number, got "1e3"/],
    ['visitors(online/blog) > 1234567890123456', /expected a whole number/],
    ['visitors(online/blog) > 1 and 2', /expected nothing after 1, got "and 2"/],
    ['1 < visitors(online/blog)', /expected one of visitors/],
  ])('is refused with what was expected: %s', (text, message) => {
    expect(() => parseCondition(text)).toThrow(TypeError)
    expect(() => parseCondition(text)).toThrow(message)
  })

  test.each([
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['==', [false, true, false]],
    ['!=', [true, false, true]],
  ] as const)('with %s holds for 4, 5 or 6 against 5: %j', (operator, results) => {
    const condition = parseCondition(`visitors(a/b) ${operator} 5`)
    expect([4, 5, 6].map((value) => holds(condition, value))).toEqual(results)
  })
})
