import { expect, test, vi } from 'vitest'
import { DrawQueue } from '../../src/render/draw-queue.ts'

function setUp() {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const waits: number[] = []
  const queue = new DrawQueue((wait) => waits.push(wait))
  const pass = (time: number) => {
    now += time
  }
  return { queue, waits, pass }
}

test('a picture waits until its drawing begins, and the time that its load took is no waiting', () => {
  const { queue, waits, pass } = setUp()
  const wait = queue.enter()
  expect(queue.size).toBe(1)
  pass(5)
  wait.pause()
  expect(queue.size).toBe(0)
  pass(1000)
  wait.resume()
  pass(20)
  wait.begin()
  expect(waits).toEqual([25])
  expect(queue.size).toBe(0)
})

test('a picture that is started again, or never started, adds nothing', () => {
  const { queue, waits, pass } = setUp()
  const drawnTwice = queue.enter()
  const abandoned = queue.enter()
  pass(7)
  drawnTwice.begin()
  drawnTwice.resume()
  drawnTwice.begin()
  drawnTwice.leave()
  abandoned.leave()
  abandoned.resume()
  expect(waits).toEqual([7])
  expect(queue.size).toBe(0)
})
