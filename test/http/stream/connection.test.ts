import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { Framing } from '../../../src/http/negotiate.ts'
import { Connection } from '../../../src/http/stream/connection.ts'
import { Multipart } from '../../../src/http/stream/multipart.ts'
import { EMPTY_PNG_CHUNK } from '../../../src/http/stream/padding.ts'
import { StaleFrames, type StaleSettings } from '../../../src/http/stream/stale-frames.ts'
import type { Frame } from '../../../src/picture/frame.ts'
import { BATCH_SENDS, createDirectSend, DirectSend } from '../../../src/system/direct-send.ts'
import { eventually } from '../../support/eventually.ts'
import { noisyFrame, plainFrame } from '../../support/frames.ts'
import { openStream, type RawStream, type StreamOptions } from '../../support/stream-reader.ts'

const servers: Server[] = []
const streams: RawStream[] = []

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close()
  for (const server of servers.splice(0)) server.close()
})

/** A connection and the client at its other end, showing `first` already. */
async function connectBy(
  directSend: DirectSend | undefined,
  first: Frame,
  {
    framing = 'browser' as Framing,
    eager = false,
    heartbeat = 60_000,
    stale = undefined as StaleSettings | undefined,
    client = {} as StreamOptions,
  } = {},
): Promise<{ connection: Connection; stream: RawStream; multipart: Multipart }> {
  const multipart = new Multipart()
  const server = createServer()
  servers.push(server)
  const connected = new Promise<Connection>((resolve) => {
    server.on('request', (_request, response: ServerResponse) => {
      const headers = { 'Content-Type': multipart.contentType }
      const connection = new Connection({
        response,
        multipart,
        framing,
        eager,
        headers,
        heartbeat,
        stale,
        directSend,
      })
      connection.show(first)
      resolve(connection)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stream = await openStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, client)
  streams.push(stream)
  return { connection: await connected, stream, multipart }
}

const red = plainFrame('red')
const blue = plainFrame('blue')
const wide = plainFrame('green', { width: 30 })

const [ring, olderRing, single] = BATCH_SENDS.map((create) => createDirectSend([create]))
const ways = [
  { way: 'through the socket', directSend: undefined },
  ...(ring ? [{ way: 'straight to the kernel, many at once', directSend: ring }] : []),
  ...(olderRing ? [{ way: 'straight to older kernels', directSend: olderRing }] : []),
  ...(single ? [{ way: 'straight to the kernel, one by one', directSend: single }] : []),
]
afterAll(() => {
  for (const { directSend } of ways) directSend?.close()
})

describe.each(ways)('a connection, $way', ({ directSend }) => {
  const connect = (first: Frame, how?: Parameters<typeof connectBy>[2]) => connectBy(directSend, first, how)

  test('is close-delimited: no chunked coding, no length', async () => {
    const { stream } = await connect(red)
    expect(stream.headers['transfer-encoding']).toBeUndefined()
    expect(stream.headers['content-length']).toBeUndefined()
    expect(stream.headers.connection).toBe('close')
  })

  test.each<Framing>(['browser', 'machine'])(
    '%s framing: each picture arrives whole, before the next is sent',
    async (framing) => {
      const { connection, stream } = await connect(red, { framing })
      for (const frame of [red, blue, wide]) {
        if (frame !== red) connection.show(frame)
        const part = await stream.nextPart()
        expect(part.body.equals(frame.bytes)).toBe(true)
        expect(part.headers['content-length']).toBe(
          framing === 'machine' ? String(frame.bytes.length) : undefined,
        )
      }
    },
  )

  test('eager: the next part is begun, and continued by a picture of the same size', async () => {
    const { connection, stream } = await connect(red, { eager: true })
    await stream.nextPart()
    await stream.waitFor((s) => s.bytes().subarray(-33).equals(red.bytes.subarray(0, 33)), 'the next IHDR')
    connection.show(blue)
    expect((await stream.nextPart()).body.equals(blue.bytes)).toBe(true)
  })

  test('eager: a picture of another size is sent after the begun part was completed with the one on screen', async () => {
    const { connection, stream } = await connect(red, { eager: true })
    await stream.nextPart()
    connection.show(wide)
    expect((await stream.nextPart()).body.equals(red.bytes)).toBe(true)
    expect((await stream.nextPart()).body.equals(wide.bytes)).toBe(true)
  })

  test.each([
    { eager: false, framing: 'browser' as const },
    { eager: true, framing: 'browser' as const },
    { eager: false, framing: 'machine' as const },
  ])('ends cleanly with the last picture once more: %o', async (how) => {
    const { connection, stream } = await connect(red, how)
    await stream.nextPart()
    connection.show(blue)
    await stream.nextPart()
    connection.end('stopping')
    expect((await stream.nextPart()).body.equals(blue.bytes)).toBe(true)
    expect(await stream.ended).toBe('end')
    expect(stream.closed).toBe(true)
  })

  test('its heartbeat is the picture once more; inside a begun part, bytes that decoders skip', async () => {
    const plain = await connect(red, { heartbeat: 0 })
    await plain.stream.nextPart()
    await eventually(() => void plain.connection.beat(performance.now()))
    expect((await plain.stream.nextPart()).body.equals(red.bytes)).toBe(true)
    const eager = await connect(red, { heartbeat: 0, eager: true })
    await eager.stream.nextPart()
    eager.connection.beat(performance.now())
    await eager.stream.waitFor((s) => s.bytes().includes('imGc'), 'an empty chunk')
    eager.connection.show(blue)
    const { body } = await eager.stream.nextPart()
    expect(body.length).toBe(blue.bytes.length + 12)
    expect(body.subarray(45).equals(blue.bytes.subarray(33))).toBe(true)
  })

  test('the heartbeat of an animation does not restart it: the next part begins, and its rest can follow', async () => {
    const moving = { ...plainFrame('red'), animated: true }
    const { connection, stream } = await connect(moving, { heartbeat: 0 })
    await stream.nextPart()
    const sent = stream.bytes().length
    await eventually(() => {
      connection.beat(performance.now())
      expect(stream.bytes().length).toBeGreaterThan(sent + 33 + 24)
    })
    expect(stream.bytes().subarray(sent, sent + 33)).toEqual(moving.bytes.subarray(0, 33))
    expect(
      stream
        .bytes()
        .subarray(sent + 33)
        .includes('IDAT'),
    ).toBe(false)
    connection.show(blue)
    const { body } = await stream.nextPart()
    expect(body.subarray(0, 33)).toEqual(blue.bytes.subarray(0, 33))
    expect(body.subarray(33 - blue.bytes.length)).toEqual(blue.bytes.subarray(33))
    connection.end('stopping')
    expect((await stream.nextPart()).body.equals(blue.bytes)).toBe(true)
    expect(await stream.ended).toBe('end')
  })

  test('to programs the heartbeat of an animation is the picture once more', async () => {
    const moving = { ...plainFrame('red'), animated: true }
    const { connection, stream } = await connect(moving, { heartbeat: 0, framing: 'machine' })
    await stream.nextPart()
    await eventually(() => void connection.beat(performance.now()))
    expect((await stream.nextPart()).body.equals(moving.bytes)).toBe(true)
  })

  test('its heartbeat is due a period after it was last sent something, or has read it', async () => {
    const heartbeat = 10_000
    const { connection, stream } = await connect(red, { heartbeat })
    await stream.nextPart()
    const now = performance.now()
    const due = connection.beat(now)
    expect(due).toBeGreaterThan(now)
    expect(due).toBeLessThanOrEqual(now + heartbeat)
    expect(connection.beat(due)).toBe(due + heartbeat)

    const idle = await connect(noisyFrame(1, 1500), { heartbeat, client: { read: false } })
    expect(idle.connection.waitingBytes).toBeGreaterThan(0)
    const much = performance.now() + 5 * heartbeat
    expect(idle.connection.beat(much)).toBe(much + heartbeat)
    const read = performance.now()
    idle.stream.socket.resume()
    await idle.stream.nextPart()
    await eventually(() => expect(idle.connection.waitingBytes).toBe(0))
    expect(idle.connection.beat(read)).toBeGreaterThanOrEqual(read + heartbeat)
    expect(idle.stream.parts).toHaveLength(1)
  })

  test('a client that receives no picture for a minute is cut off as slow; one that reads is not', async () => {
    const idle = await connect(noisyFrame(1, 1500), { heartbeat: 15_000, client: { read: false } })
    const since = performance.now()
    for (const later of [15_000, 59_000]) idle.connection.beat(since + later)
    expect(idle.connection.endReason).toBeUndefined()
    idle.connection.beat(performance.now() + 60_000)
    expect(idle.connection.endReason).toBe('slow')
    idle.stream.socket.resume()
    await idle.stream.ended

    const { connection, stream } = await connect(red, { heartbeat: 15_000 })
    await stream.nextPart()
    connection.beat(performance.now() + 3_600_000)
    expect(connection.endReason).toBeUndefined()
  })

  test('is silent while its heartbeat is not due', async () => {
    const { connection, stream } = await connect(red)
    await stream.nextPart()
    const before = stream.bytes().length
    connection.beat(performance.now())
    connection.show(blue)
    await stream.nextPart()
    expect(stream.parts).toHaveLength(2)
    expect(stream.bytes().length).toBeGreaterThan(before)
  })

  test('a client that never reads holds two pictures at most, of 10 000 pushed, and gets the newest at last', async () => {
    const frames = Array.from({ length: 20 }, (_, seed) => noisyFrame(seed))
    const { connection, stream, multipart } = await connect(frames[0] as Frame, { client: { read: false } })
    let most = 0
    for (let count = 0; count < 10_000; count += 1) {
      connection.show(frames[count % frames.length] as Frame)
      most = Math.max(most, connection.waitingBytes)
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const largest = Math.max(...frames.map((frame) => multipart.part(frame, 'browser').length))
    expect(most).toBeLessThanOrEqual(largest)
    expect(connection.dropped).toBeGreaterThan(5000)
    stream.socket.resume()
    const last = frames.at(-1) as Frame
    await stream.waitFor((s) => s.parts.at(-1)?.body.equals(last.bytes) ?? false, 'the newest picture')
  })

  test.each<Framing>(['browser', 'machine'])(
    '%s framing: a picture that was held when the end came is the last one',
    async (framing) => {
      const large = noisyFrame(1, 1500)
      const { connection, stream } = await connect(large, { framing, client: { read: false } })
      connection.show(red)
      connection.end('stopping')
      stream.socket.resume()
      expect(await stream.ended).toBe('end')
      expect(stream.parts.map(({ body }) => body.equals(red.bytes))).toEqual([false, true, true])
    },
  )

  test('a client that never reads is cut off at the end, and leaves no trace', async () => {
    const frames = [noisyFrame(0), noisyFrame(1)]
    const { connection, stream } = await connect(noisyFrame(1), { client: { read: false } })
    for (let count = 0; count < 2000; count += 1) connection.show(frames[count % 2] as Frame)
    connection.end('stopping')
    connection.destroy()
    stream.socket.resume()
    expect(['end', 'error']).toContain(await stream.ended)
    expect(connection.waitingBytes).toBe(0)
  })

  describe.each([true, false])('with its next part begun: %s', (eager) => {
    test('a picture that can mark itself as stale is sent again in time, whole', async () => {
      const stale = { frames: new StaleFrames(), delay: 20_000, refresh: 40 }
      const { connection, stream } = await connect(red, { eager, heartbeat: 20, stale })
      const marked = stale.frames.get(red, stale.delay).bytes
      await eventually(() => {
        connection.beat(performance.now())
        expect(stream.parts.length).toBeGreaterThanOrEqual(3)
      })
      expect(stream.parts.every(({ body }) => withoutSilence(body).equals(marked))).toBe(true)
      connection.show(blue)
      await stream.waitFor(
        ({ parts }) => withoutSilence(parts.at(-1)?.body).equals(stale.frames.get(blue, stale.delay).bytes),
        'the next picture',
      )
      connection.end('stopping')
      expect(await stream.ended).toBe('end')
      expect(stream.closed).toBe(true)
    })
  })
})

/** A part without the empty chunks that a heartbeat adds to a begun one. */
function withoutSilence(body: Buffer | undefined): Buffer {
  return Buffer.from(
    (body ?? Buffer.alloc(0)).toString('latin1').replaceAll(EMPTY_PNG_CHUNK.toString('latin1'), ''),
    'latin1',
  )
}

test.skipIf(!single)(
  'a large picture that the kernel has no place for gives way to a newer one',
  async () => {
    const real = BATCH_SENDS.at(-1)?.()
    if (!real) throw new Error('a way to send')
    let isFull = true
    const directSend = new DirectSend({
      size: 1,
      send: (...sends) => (isFull ? [0] : real.send(...sends)),
      close: () => real.close(),
    })
    const [older, newer] = [noisyFrame(1), noisyFrame(2)]
    const { connection, stream } = await connectBy(directSend, red)
    await stream.nextPart()
    connection.show(older)
    isFull = false
    connection.show(newer)
    expect((await stream.nextPart()).body.equals(newer.bytes)).toBe(true)
    expect(connection.dropped).toBe(1)
    directSend.close()
  },
)

test('a large picture gives way to a newer one while the kernel still has the last one of TLS or HTTP/2', async () => {
  let queued = 1_000_000
  const directSend = { suits: () => false, queuedBytes: () => queued } as unknown as DirectSend
  const [first, older, newer] = [noisyFrame(1), noisyFrame(2), noisyFrame(3)]
  const { connection, stream } = await connectBy(directSend, first, { framing: 'machine' })
  await stream.nextPart()
  connection.show(older)
  connection.show(newer)
  queued = 0
  expect((await stream.nextPart()).body.equals(newer.bytes)).toBe(true)
  expect(connection.dropped).toBe(1)
})
