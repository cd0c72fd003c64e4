import { describe, expect, test } from 'vitest'
import { FrameReader, FrameReaderError } from '../../src/camera/frame-reader.ts'
import { readBoundary } from '../../src/camera/part-head.ts'
import { plainFrame } from '../support/frames.ts'

const jpeg = (color: string, width = 64) => plainFrame(color, { format: 'jpeg', width, height: 48 }).bytes
const thumbnail = jpeg('#00ff00', 16)
/** A JPEG with another one in a comment segment, as cameras put a thumbnail into EXIF. */
const nested = (bytes: Buffer) => {
  const head = Buffer.from([0xff, 0xfe, 0, 0])
  head.writeUInt16BE(thumbnail.length + 2, 2)
  return Buffer.concat([bytes.subarray(0, 2), head, thumbnail, bytes.subarray(2)])
}
const frames = [jpeg('#ff0000'), nested(jpeg('#0000ff')), jpeg('#888888', 200)]

type Part = (bytes: Buffer) => (string | Buffer)[]
const type = 'Content-Type: image/jpeg\r\n'
/** Streams of servers that exist, by what is wrong with them. */
const STREAMS: [name: string, part: Part, boundary?: string][] = [
  ['a right stream', (b) => ['--x\r\n', type, `Content-Length: ${b.length}\r\n\r\n`, b, '\r\n'], 'x'],
  [
    'the boundary after the frame',
    (b) => [type, `Content-Length: ${b.length}\r\n\r\n`, b, '\r\n--x\r\n'],
    'x',
  ],
  ['no length', (b) => ['--x\r\n', type, '\r\n', b, '\r\n'], 'x'],
  ['Content-Size', (b) => ['--x\r\n', type, `Content-Size: ${b.length}\r\n\r\n`, b, '\r\n'], 'x'],
  [
    'lengths that are too short',
    (b) => ['--x\r\n', type, `Content-Length: ${b.length - 9}\r\n\r\n`, b, '\r\n'],
    'x',
  ],
  [
    'lengths that are too long',
    (b) => ['--x\r\n', type, `Content-Length: ${b.length + 999}\r\n\r\n`, b, '\r\n'],
    'x',
  ],
  ['lengths that are absurd', (b) => ['--x\r\n', type, 'Content-Length: 999999999\r\n\r\n', b, '\r\n'], 'x'],
  ['lengths of zero', (b) => ['--x\r\n', type, 'Content-Length: 0\r\n\r\n', b, '\r\n'], 'x'],
  [
    'long lengths and no boundary',
    (b) => ['--y\r\n', type, `Content-Length: ${b.length + 50}\r\n\r\n`, b, '\r\n'],
  ],
  ['no line break before the boundary', (b) => ['--x\r\n', type, '\r\n', b], 'x'],
  ['dashes of the boundary left out', (b) => ['x\r\n', type, '\r\n', b, '\r\n'], 'x'],
  ['dashes twice', (b) => ['----x\r\n', type, `Content-Length: ${b.length}\r\n\r\n`, b, '\r\n'], 'x'],
  [
    'line feeds only',
    (b) => ['--x\n', 'Content-Type: image/jpeg\n', `Content-Length: ${b.length}\n\n`, b, '\n'],
    'x',
  ],
  ['parts without a head', (b) => ['--x\r\n\r\n', b, '\r\n'], 'x'],
  ['nothing but frames', (b) => [b]],
  [
    'frames with zeros after them',
    (b) => ['--x\r\n', type, `Content-Length: ${b.length + 4}\r\n\r\n`, b, Buffer.alloc(4), '\r\n'],
    'x',
  ],
]

function read(chunks: Buffer[], boundary?: string, maxFrameBytes?: number): Buffer[] {
  const found: Buffer[] = []
  const reader = new FrameReader({
    boundary,
    ...(maxFrameBytes && { maxFrameBytes }),
    onFrame: (bytes) => found.push(Buffer.from(bytes)),
  })
  for (const chunk of chunks) reader.push(chunk)
  return found
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
}

const toStream = (part: Part, all = frames) =>
  Buffer.concat(all.flatMap(part).map((piece) => Buffer.from(piece as string)))

describe('the reader finds every frame, byte for byte, in a stream with', () => {
  test.each(STREAMS)('%s', (name, part, boundary) => {
    const all = [...frames, ...frames]
    for (const size of [1, 7, 1_000, 65_536]) {
      const found = read(cut(toStream(part, all), size), boundary)
      // Whether a long length is a lie shows only at the next part, or when that number of bytes has come.
      const sure = /long/.test(name) ? found.length : all.length
      expect(found.length).toBeGreaterThanOrEqual(all.length - 1)
      all.slice(0, sure).forEach((bytes, index) => {
        const padded = /zeros/.test(name) ? Buffer.concat([bytes, Buffer.alloc(4)]) : bytes
        expect(found[index]?.equals(padded)).toBe(true)
      })
    }
  })

  test('a damaged frame between good ones', () => {
    const [one, two] = frames as [Buffer, Buffer]
    const damaged = Buffer.concat([one.subarray(0, 20), Buffer.from('--x\r\nContent-Length: 5\r\n\r\n')])
    const found = read([one, damaged, two])
    expect(found[0]?.equals(one)).toBe(true)
    expect(found.at(-1)?.equals(two)).toBe(true)
  })
})

describe('the reader gives up, within bounded memory,', () => {
  test('on text without a boundary', () => {
    const chunk = Buffer.alloc(65_536, 'x')
    expect(() => read([chunk, chunk, chunk])).toThrow(/^expected JPEG frames, got \d+ bytes without one$/)
  })

  test('on frames of another type', () => {
    const part = Buffer.from(`--x\r\nContent-Type: image/png\r\n\r\n${'.'.repeat(70_000)}`)
    expect(() => read([part])).toThrow('expected JPEG frames, got "image/png"')
  })

  test('on a frame without an end', () => {
    const start = (frames[0] as Buffer).subarray(0, -2)
    const chunks = Array.from({ length: 30 }, () => Buffer.alloc(10_000, 'x'))
    expect(() => read([start, ...chunks], undefined, 100_000)).toThrow(
      'expected a frame of at most 100000 bytes, got more',
    )
  })

  test('on garbage that begins like frames', () => {
    const chunks = Array.from({ length: 50 }, () => Buffer.from('ffd8ff00aabb', 'hex'))
    expect(() => read(chunks)).toThrow(FrameReaderError)
  })
})

test.each([
  ['multipart/x-mixed-replace; boundary=abc', 'abc'],
  ['multipart/x-mixed-replace;boundary="a b"', 'a b'],
  ['Multipart/X-Mixed-Replace; charset=x; Boundary=--abc', 'abc'],
  ['multipart/x-mixed-replace', undefined],
  ['multipart/x-mixed-replace; boundary=--', undefined],
  ['image/jpeg', undefined],
  [undefined, undefined],
])('the boundary of %s is %s', (text, boundary) => expect(readBoundary(text)).toBe(boundary))
