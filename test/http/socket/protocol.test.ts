import { Readable, type Writable } from 'node:stream'
import { expect, test } from 'vitest'
import * as ws from 'ws'
import { closeReason, frameHead, MAX_SUBSCRIPTIONS, parseMessage } from '../../../src/http/socket/protocol.ts'

test('a message names pictures by what is to be done with them', () => {
  expect(parseMessage('{"subscribe":["/a.png","/b.png"],"unsubscribe":["/c.png"],"pause":[]}')).toEqual([
    { action: 'subscribe', src: '/a.png' },
    { action: 'subscribe', src: '/b.png' },
    { action: 'unsubscribe', src: '/c.png' },
  ])
})

test.each([
  ['', 'expected JSON like {"subscribe":["/online/blog.png"]}, got ""'],
  ['[]', 'expected JSON like {"subscribe":["/online/blog.png"]}, got "[]"'],
  ['null', 'expected JSON like {"subscribe":["/online/blog.png"]}, got "null"'],
  ['{"watch":["/a.png"]}', 'expected subscribe, unsubscribe, pause or resume, got "watch"'],
  ['{"subscribe":"/a.png"}', 'subscribe: expected a list of picture addresses, got "/a.png"'],
  ['{"subscribe":[1]}', 'subscribe: expected a list of picture addresses, got [1]'],
  [
    JSON.stringify({ subscribe: Array.from({ length: MAX_SUBSCRIPTIONS + 1 }, () => '') }),
    'expected at most 500 addresses in a message, got 501',
  ],
])('a message that is none is refused with a reason: %.40s', (text, reason) => {
  expect(() => parseMessage(text)).toThrow(reason)
})

test('a reason is cut to the bytes of a close frame, between characters', () => {
  expect(closeReason('short')).toBe('short')
  expect(Buffer.byteLength(closeReason('é'.repeat(200)))).toBe(122)
})

test.each([0, 1, 123, 124, 65_533, 65_534, 70_000])(
  'an image of %i bytes is one binary message',
  async (size) => {
    // Exported, but not in its types.
    const { Receiver } = ws as unknown as { Receiver: new () => Writable }
    const receiver = new Receiver()
    const messages: [Buffer, boolean][] = []
    receiver.on('message', (data: Buffer, isBinary: boolean) => messages.push([Buffer.from(data), isBinary]))
    const image = Buffer.alloc(size, 7)
    const sent = Readable.from([frameHead(513, size), image, frameHead(2, 1), Buffer.from([9])])
    await new Promise((resolve) => sent.pipe(receiver).once('finish', resolve))
    expect(messages.map(([, isBinary]) => isBinary)).toEqual([true, true])
    // Not `toEqual`, which takes a second for a large Buffer.
    expect(messages[0]?.[0].equals(Buffer.concat([Buffer.from([2, 1]), image]))).toBe(true)
    expect(messages[1]?.[0]).toEqual(Buffer.from([0, 2, 9]))
  },
)
