import { expect, test } from 'vitest'
import { nearest } from '../../src/system/nearest.ts'

test.each([
  ['prot', 'port'],
  ['Port', 'port'],
  ['max-conections', 'max-connections'],
  ['MAXCONECTION', 'maxConnections'],
  ['weather', undefined],
  ['x'.repeat(10_000), undefined],
])('the name nearest to %.20s is %s', (name, expected) => {
  expect(nearest(name, ['host', 'port', 'max-connections', 'maxConnections'])).toBe(expected)
})

test('no name is near if none is known', () => {
  expect(nearest('port', [])).toBeUndefined()
})
