import { expect, test } from 'vitest'
import { GrowingBuffer } from '../../src/camera/growing-buffer.ts'

test('bytes are added at the end and removed at the start', () => {
  const buffer = new GrowingBuffer()
  const expected: number[] = []
  for (let turn = 0; turn < 2_000; turn += 1) {
    const chunk = Buffer.from(Array.from({ length: (turn * 37) % 211 }, (_, index) => (turn + index) % 251))
    buffer.add(chunk)
    expected.push(...chunk)
    const count = Math.min(expected.length, (turn * 53) % 223)
    buffer.keep(count)
    expected.splice(0, count)
    // Its memory is another's from now on.
    chunk.fill(0xff)
    expect([...buffer.bytes]).toEqual(expected)
  }
})

test('a chunk that is used up at once is not copied', () => {
  const buffer = new GrowingBuffer()
  const chunk = Buffer.from('whole')
  buffer.add(chunk)
  expect(buffer.bytes).toBe(chunk)
  buffer.keep(5)
  expect(buffer.bytes.length).toBe(0)
})

test('more than its first memory fits', () => {
  const buffer = new GrowingBuffer()
  for (let index = 0; index < 4; index += 1) {
    buffer.add(Buffer.alloc(60_000, index))
    buffer.keep(0)
  }
  expect(buffer.bytes).toEqual(Buffer.concat([0, 1, 2, 3].map((index) => Buffer.alloc(60_000, index))))
})
