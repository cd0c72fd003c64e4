import { expect, test } from 'vitest'
import { FairPlaces } from '../../src/system/fair-places.ts'

function take(places: FairPlaces, name: string, count: number) {
  const started = { count: 0 }
  const frees = Array.from({ length: count }, () => places.take(name, () => (started.count += 1)))
  return { started, frees }
}

test('one name gets three eighths of the places, and others still get theirs at once', () => {
  const places = new FairPlaces(200)
  const greedy = take(places, 'greedy', 1000)
  expect(greedy.started.count).toBe(75)
  expect(take(places, 'other', 20).started.count).toBe(20)
})

test('many greedy names leave places for one more', () => {
  const places = new FairPlaces(200)
  for (let name = 0; name < 20; name += 1) take(places, `greedy-${name}`, 1000)
  expect(take(places, 'other', 2).started.count).toBe(2)
})

test('a name that waits starts when a place is given back, each once', () => {
  const places = new FairPlaces(4)
  const { started, frees } = take(places, 'a', 3)
  expect(started.count).toBe(2)
  frees[0]?.()
  frees[0]?.()
  expect(started.count).toBe(3)
})

test('one that no longer waits never starts, and gives nothing back', () => {
  const places = new FairPlaces(4)
  const { started, frees } = take(places, 'a', 3)
  frees[2]?.()
  frees[0]?.()
  expect(started.count).toBe(2)
  expect(take(places, 'b', 9).started.count).toBe(2)
})
