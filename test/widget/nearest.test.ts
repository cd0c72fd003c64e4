import { expect, test } from 'vitest'
import { nearest } from '../../src/widget/nearest.ts'

test.each([
  ['prot', 'port'],
  ['Port', 'port'],
  ['max-conections', 'max-connections'],
  ['weather', undefined],
  ['x'.repeat(10_000), undefined],
])('the name nearest to %.20s is %s', (name, expected) => {
  expect(nearest(name, ['host', 'port', 'max-connections'])).toBe(expected)
})

test('no name is near if none is known', () => {
  expect(nearest('port', [])).toBeUndefined()
})
