import { expect, test, vi } from 'vitest'
import { QueueLooks } from '../../src/system/queue-looks.ts'

test('a queue is looked at once a turn, and again in a later one', () => {
  let now = 0
  const of = vi.fn((descriptor: number) => descriptor * 100 + now)
  const looks = new QueueLooks({ of }, () => now)
  expect([looks.of(3), looks.of(4), looks.of(3)]).toEqual([300, 400, 300])
  now = 0.9
  expect(looks.of(3)).toBe(300)
  now = 2
  expect(looks.of(3)).toBe(302)
  expect(of.mock.calls).toEqual([[3], [4], [3]])
})
