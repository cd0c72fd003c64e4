import { expect, test } from 'vitest'
import { SharedConnections } from '../../src/viewer/shared-connections.ts'

const picture = (index: number) => `online/p${index}`

test('a connection has its number of streams, also of one picture', () => {
  const connections = new SharedConnections()
  const [one, other] = [
    { key: {}, places: 2 },
    { key: {}, places: 2 },
  ]
  const leave = [connections.add(one, picture(1)), connections.add(one, picture(1))]
  expect([connections.hasPlace(one, picture(1)), connections.hasPlace(other, picture(1))]).toEqual([
    false,
    true,
  ])
  leave[0]?.()
  leave[0]?.()
  expect(connections.hasPlace(one, picture(2))).toBe(true)
  connections.add(one, picture(2))
  expect(connections.hasPlace(one, picture(2))).toBe(false)
})

test('behind a proxy, where many phones share a key, different pictures count', () => {
  const connections = new SharedConnections()
  const phones = { key: 'a key', places: 2 }
  const leave = Array.from({ length: 50 }, () => connections.add(phones, picture(1)))
  expect(connections.hasPlace(phones, picture(2))).toBe(true)
  connections.add(phones, picture(2))
  expect([1, 2, 3].map((index) => connections.hasPlace(phones, picture(index)))).toEqual([true, true, false])
  for (const each of leave) each()
  expect(connections.hasPlace(phones, picture(3))).toBe(true)
})
