import { expect, test } from 'vitest'
import { readPartLength } from '../../src/camera/part-head.ts'

const lengthOf = (text: string) => {
  // A part of a longer text: what is around it does not count.
  const bytes = Buffer.from(`Content-Length: 77\n${text}9\r\nContent-Length: 88\r\n`, 'latin1')
  return readPartLength(bytes, 19, 19 + Buffer.byteLength(text, 'latin1'))
}

test.each([
  ['--b\r\nContent-Type: image/jpeg\r\nContent-Length: 1234\r\n\r\n', 1234],
  ['--b\nCONTENT-LENGTH:1234\n\n', 1234],
  ['--b\r\r Content-length\t : \t5 \r\r', 5],
  ['Content-Length: 12', 12],
  ['Content-Size: 6\r\n', 6],
  ['X-Content-Length: 7\r\n', 7],
  // The last one of the most believed name.
  ['Content-Length: 1\r\n--b\r\nContent-Length: 2\r\n', 2],
  ['Content-Length: 1\r\nContent-Size: 2\r\nX-Content-Length: 3\r\n', 1],
  ['X-Content-Length: 3\r\nContent-Size: 2\r\n', 2],
  ['Content-Length: 999999999\r\n', 999_999_999],
])('the head %j claims %i bytes', (text, length) => {
  expect(lengthOf(text)).toBe(length)
})

test.each([
  '',
  '--b\r\n\r\n',
  'Content-Length\r\n',
  'Content-Length: \r\n',
  'Content-Length: 12a\r\n',
  'Content-Length: 1 2\r\n',
  'Content-Length: -5\r\n',
  'Content-Length: 1234567890\r\n',
  'Content-Lengths: 5\r\n',
  'Content\rLength: 5\r\n',
  'My-Content-Length: 5\r\n',
  'Content-Type: image/jpeg; Content-Length: 5\r\n',
])('the head %j claims no length', (text) => {
  expect(lengthOf(text)).toBeUndefined()
})
