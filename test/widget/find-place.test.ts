import { describe, expect, test } from 'vitest'
import { findPlace, formatPlace } from '../../src/widget/find-place.ts'

const folders = ['/srv/my widgets']

describe('the place of an error', () => {
  test.each([
    ['in a function', '    at Object.draw (/srv/my widgets/clock.ts:3:5)', 3],
    ['at the top of a module', '    at /srv/my widgets/clock.ts:12:1', 12],
    ['in an async function', '    at async load (/srv/my widgets/clock.ts:4:2)', 4],
    ['by its URL', '    at async file:///srv/my%20widgets/clock.ts:7:9', 7],
    [
      'below a call',
      '    at read (/srv/my widgets/node_modules/a/a.js:1:1)\n    at f (/srv/my widgets/clock.ts:8:2)',
      8,
    ],
  ])('is found %s', (_, stack, line) => {
    const place = findPlace(`TypeError: no\n${stack}\n    at node:internal/main:1:1`, folders)
    expect(place).toEqual({ file: '/srv/my widgets/clock.ts', line, column: undefined })
  })

  test.each([
    'Error: no stack',
    '    at draw (/srv/my widgets 2/clock.ts:3:5)',
    '    at a (/srv/my widgets/node_modules/a/index.js:3:5)',
    '    at a (file://%zz/clock.ts:3:5)',
  ])('is unknown where it is no code of an author: %s', (stack) => {
    expect(findPlace(`Error: x\n${stack}`, folders)).toBeUndefined()
  })

  test('is formatted as editors link to it', () => {
    expect(formatPlace({ file: 'clock.ts', line: 12, column: 7 })).toBe('clock.ts:12:7')
    expect(formatPlace({ file: 'clock.ts', line: 12, column: undefined })).toBe('clock.ts:12')
    expect(formatPlace({ file: 'clock.ts' })).toBe('clock.ts')
  })
})
