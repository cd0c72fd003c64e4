import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { beginningOf, continues, Multipart, silentBytes } from '../../../src/http/stream/multipart.ts'
import type { Format } from '../../../src/picture/frame.ts'
import { FrameRoom } from '../../../src/picture/frame-room.ts'
import { noisyFrame, plainFrame } from '../../support/frames.ts'

const small = plainFrame('red')
const large = noisyFrame(1)

describe('a multipart body', () => {
  test('has a long boundary, which differs between processes', () => {
    const { boundary } = new Multipart()
    expect(boundary).toMatch(/^imgcast-[0-9a-f]{22}$/)
    expect(boundary.length).toBeLessThanOrEqual(31)
    expect(new Multipart().boundary).not.toBe(boundary)
    expect(new Multipart('b').contentType).toBe('multipart/x-mixed-replace; boundary=b')
  })

  test('starts with text if the first picture is shorter than 1024 bytes', () => {
    const multipart = new Multipart('b')
    const opening = multipart.opening(small, 'browser')
    expect(opening.length + small.bytes.length).toBeGreaterThanOrEqual(1024)
    expect(opening.toString()).toMatch(
      /^A live picture follows[^-]+\r\n--b\r\nContent-Type: image\/png\r\n\r\n$/,
    )
    expect(multipart.opening(large, 'browser').toString()).toBe('--b\r\nContent-Type: image/png\r\n\r\n')
    expect(multipart.opening(small, 'machine').toString()).toBe('--b\r\n')
  })

  test('browser framing: the bytes, then at once the whole head of the next part', () => {
    const part = new Multipart('b').part(small, 'browser')
    expect(part.subarray(0, small.bytes.length).equals(small.bytes)).toBe(true)
    expect(part.subarray(small.bytes.length).toString()).toBe('\r\n--b\r\nContent-Type: image/png\r\n\r\n')
  })

  test('machine framing: type, exact length, bytes, boundary', () => {
    const frame = plainFrame('red', { format: 'jpeg' })
    const part = new Multipart('b').part(frame, 'machine')
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${frame.bytes.length}\r\n\r\n`
    expect(part.equals(Buffer.concat([Buffer.from(head), frame.bytes, Buffer.from('\r\n--b\r\n')]))).toBe(
      true,
    )
  })

  test('gives every connection the same Buffer', () => {
    const multipart = new Multipart('b')
    expect(multipart.part(small, 'browser')).toBe(multipart.part(small, 'browser'))
    expect(multipart.part(small, 'machine')).toBe(multipart.part(small, 'machine'))
    expect(multipart.begunPart(small)).toBe(multipart.begunPart(small))
    expect(multipart.ending(small, 'browser')).toBe(multipart.ending(small, 'browser'))
  })

  test('ends with the last picture, or the rest of it, and the closing boundary', () => {
    const multipart = new Multipart('b')
    const whole = Buffer.concat([small.bytes, Buffer.from('\r\n--b--\r\n')])
    expect(multipart.ending(small, 'browser').equals(whole)).toBe(true)
    const begun = beginningOf(small)
    expect(Buffer.concat([begun, multipart.ending(small, 'browser', begun.length)]).equals(whole)).toBe(true)
    const machine = multipart.ending(small, 'machine').toString('latin1')
    expect(machine).toMatch(/^Content-Type: image\/png\r\nContent-Length: \d+\r\n\r\n/)
    expect(machine.endsWith('\r\n--b--\r\n')).toBe(true)
    expect(machine.match(/--b/g)).toHaveLength(1)
  })
})

describe('a part begun early', () => {
  test.each<[Format, number]>([
    ['png', 33],
    ['webp', 0],
  ])('%s goes %d bytes ahead', (format, length) => {
    expect(beginningOf(plainFrame('red', { format })).length).toBe(length)
  })

  test('a JPEG goes ahead up to and including its frame header', () => {
    const { bytes } = plainFrame('red', { format: 'jpeg' })
    const ahead = beginningOf(plainFrame('red', { format: 'jpeg' }))
    const sof = ahead.lastIndexOf(Buffer.from([0xff, 0xc0])) >= 0 ? 0xc0 : 0xc2
    const at = ahead.lastIndexOf(Buffer.from([0xff, sof]))
    expect(at).toBeGreaterThan(0)
    expect(ahead.length).toBe(at + 2 + bytes.readUInt16BE(at + 2))
  })

  test.each<Format>(['png', 'jpeg'])(
    '%s: a frame of the same size continues it, one of another size does not',
    (format) => {
      const begun = beginningOf(plainFrame('red', { format }))
      expect(continues(plainFrame('blue', { format }), begun)).toBe(true)
      expect(continues(plainFrame('blue', { format, width: 21 }), begun)).toBe(false)
    },
  )

  test('is followed by the rest, the next head, and the next beginning', () => {
    const multipart = new Multipart('b')
    const begun = beginningOf(small)
    const rest = Buffer.concat([begun, multipart.begunPart(small)])
    expect(rest.equals(Buffer.concat([multipart.part(small, 'browser'), begun]))).toBe(true)
  })

  test('its heartbeat is an empty ancillary chunk, with the right checksum, or an empty comment', () => {
    const chunk = silentBytes(small)
    expect(chunk.subarray(0, 8).toString('latin1')).toBe('\0\0\0\0imGc')
    // Private and ancillary (lower-case first and second letters), safe to copy (fourth): PNG, section 5.4.
    expect(chunk.readUInt32BE(8)).toBe(crc32('imGc'))
    expect(chunk.length).toBe(12)
    expect(silentBytes(plainFrame('red', { format: 'jpeg' })).toString('hex')).toBe('fffe0002')
  })
})

test('a frame with room around it is sent from its own memory, in both framings, and copied for a second sender', () => {
  const { bytes, ...plain } = plainFrame('red', { format: 'jpeg' })
  const room = new FrameRoom(bytes)
  const frame = { ...plain, bytes: room.bytes, room }
  const [one, other] = [new Multipart('one'), new Multipart('other')]
  for (const framing of ['browser', 'machine'] as const) {
    const own = one.part(frame, framing)
    expect(own.buffer).toBe(room.bytes.buffer)
    expect(other.part(frame, framing).buffer).not.toBe(room.bytes.buffer)
    expect(own).toEqual(new Multipart('one').part({ ...plain, bytes }, framing))
  }
  expect(room.bytes.equals(bytes)).toBe(true)
})

test('what was copied from a frame is kept while others are sent, and what lies in its room is the same again', () => {
  const inRoom = (color: string) => {
    const { bytes, ...plain } = plainFrame(color, { format: 'jpeg' })
    const room = new FrameRoom(bytes)
    return { ...plain, bytes: room.bytes, room }
  }
  const multipart = new Multipart('b')
  const [frame, next] = [inRoom('red'), inRoom('blue')]
  const part = multipart.part(frame, 'browser')
  const [text, copied, ending] = [
    Buffer.from(part),
    multipart.begunPart(frame),
    multipart.ending(frame, 'browser'),
  ]
  multipart.part(next, 'machine')
  expect(multipart.begunPart(frame)).toBe(copied)
  multipart.part(next, 'machine')
  expect(multipart.ending(frame, 'browser')).toBe(ending)
  multipart.part(next, 'machine')
  expect(multipart.part(frame, 'browser').buffer).toBe(part.buffer)
  expect(multipart.part(frame, 'browser')).toEqual(text)
  expect(part).toEqual(text)
})
