import { expect, test } from 'vitest'
import { YoungMemory } from '../../src/system/young-memory.ts'

const SIZE = 60_000

/** The most memory that is held by buffers which are dropped at once, in bytes. */
function measurePeak(count: number, took: (bytes: number) => void): number {
  const before = process.memoryUsage().arrayBuffers
  let peak = 0
  for (let index = 0; index < count; index += 1) {
    took(Buffer.allocUnsafeSlow(SIZE).length)
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
  }
  return peak
}

test('buffers that are dropped at once hold less than 10 MB', () => {
  const memory = new YoungMemory()
  expect(measurePeak(500, (bytes) => memory.took(bytes))).toBeLessThan(10_000_000)
})

test('without its reports they hold more', () => {
  expect(measurePeak(500, () => {})).toBeGreaterThan(15_000_000)
})

test('the program gets no `gc` by it', () => {
  new YoungMemory().took(5_000_000)
  expect(globalThis).not.toHaveProperty('gc')
})
