import { expect, test } from 'vitest'
import { Backoff } from '../../src/system/backoff.ts'

test('there is no pause before the first failure', () => {
  expect(new Backoff([5, 10]).pause).toBe(0)
})

test('pauses grow with each failure, and the last one repeats', () => {
  const backoff = new Backoff([0, 1, 5])
  const pauses = Array.from({ length: 5 }, () => {
    backoff.fail()
    return backoff.pause
  })
  expect(pauses).toEqual([0, 1, 5, 5, 5])
})

test('after a success the next failure counts as the first', () => {
  const backoff = new Backoff([1, 5])
  backoff.fail()
  backoff.fail()
  backoff.reset()
  expect(backoff.pause).toBe(0)
  backoff.fail()
  expect(backoff.pause).toBe(1)
})
