import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { FrameLine, type LineMember } from '../../../src/http/socket/frame-line.ts'
import { frameHead } from '../../../src/http/socket/protocol.ts'
import { SharedMessages } from '../../../src/http/socket/shared-messages.ts'
import { DirectSend } from '../../../src/system/direct-send.ts'

test('pictures take turns, each with its newest frame, and wait while much is unsent', () => {
  const taken: (() => void)[] = []
  const written: number[] = []
  const socket = new Writable({
    writev: (chunks, callback) => {
      written.push((chunks[1] as { chunk: Buffer }).chunk[0] ?? -1)
      taken.push(callback)
    },
  })
  const line = new FrameLine(socket)
  const member = (id: number): LineMember => ({
    onTurn: () => line.write(id, Buffer.alloc(20_000, id), () => {}),
  })
  const [one, two, three] = [member(1), member(2), member(3)]
  for (const each of [one, two, three, two]) line.join(each)
  line.leave(three)
  expect(written).toEqual([1])
  taken.shift()?.()
  return new Promise<void>((resolve) => {
    setImmediate(() => {
      expect(written).toEqual([1, 2])
      resolve()
    })
  })
})

/** The messages of frames as a client receives them. */
const messageOf = (id: number, bytes: Buffer) => Buffer.concat([frameHead(id, bytes.length), bytes])

/** A socket, everything that its other end receives, and direct sends of which the kernel takes `limit` bytes. */
async function directSocket(limit: number) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[other]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
    [Socket],
    [],
  ]
  const taken: Buffer[] = []
  const send = new DirectSend({
    size: 4,
    send: (descriptors, buffers) =>
      buffers.map((bytes, index) => {
        if ((descriptors[index] as number) < 0) return 0
        const count = Math.min(limit, bytes.length)
        taken.push(bytes.subarray(0, count))
        return count
      }),
    close: () => {},
  })
  const end = async () => {
    socket.end()
    const chunks: Buffer[] = []
    for await (const chunk of other) chunks.push(chunk as Buffer)
    server.close()
    return { taken: Buffer.concat(taken), received: Buffer.concat(chunks) }
  }
  return { socket, send, end }
}

test('a frame is sent past the socket, in one message that all sockets share', async () => {
  const { socket, send, end } = await directSocket(Number.POSITIVE_INFINITY)
  const messages = new SharedMessages()
  const line = new FrameLine(socket, { send, messages })
  const bytes = Buffer.alloc(2000, 1)
  await new Promise<void>((resolve) => line.write(3, bytes, resolve))
  expect(await end()).toEqual({ taken: messageOf(3, bytes), received: Buffer.alloc(0) })
  expect(messages.get(3, bytes)).toBe(messages.get(3, bytes))
})

test('the socket sends the bytes of a message that the kernel did not take, before anything else', async () => {
  const { socket, send, end } = await directSocket(100)
  const line = new FrameLine(socket, { send, messages: new SharedMessages() })
  const bytes = Buffer.alloc(2000, 1)
  const next = Buffer.alloc(300, 2)
  const written = new Promise<void>((resolve) => line.write(1, bytes, resolve))
  const writtenNext = new Promise<void>((resolve) =>
    line.join({ onTurn: () => line.write(2, next, resolve) }),
  )
  line.flush()
  socket.write('words')
  await Promise.all([written, writtenNext])
  const { taken, received } = await end()
  const [first, second] = [messageOf(1, bytes), messageOf(2, next)]
  expect(taken.subarray(0, 100)).toEqual(first.subarray(0, 100))
  const words = received.indexOf('words')
  expect(received.subarray(0, words)).toEqual(first.subarray(100))
  expect(Buffer.concat([taken.subarray(100), received.subarray(words + 5)])).toEqual(second)
})

test('large frames, and frames with many ids, are not copied', () => {
  const messages = new SharedMessages()
  expect(messages.get(1, Buffer.alloc(70_000))).toBeUndefined()
  const bytes = Buffer.alloc(10)
  for (let id = 1; id <= 16; id += 1) expect(messages.get(id, bytes)).toEqual(messageOf(id, bytes))
  expect(messages.get(17, bytes)).toBeUndefined()
  expect(messages.get(16, bytes)).toBeDefined()
})
