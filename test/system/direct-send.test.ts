import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { release } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { BATCH_SENDS, createDirectSend, DirectSocket } from '../../src/system/direct-send.ts'
import { descriptorOf } from '../../src/system/socket-options.ts'

const ways = BATCH_SENDS.map((create, index) => ({
  way: ['a ring of the kernel', 'a ring of older kernels', 'single calls'][index],
  direct: createDirectSend([create]),
})).flatMap(({ way, direct }) => (direct ? [{ way, direct }] : []))
afterAll(() => {
  for (const { direct } of ways) direct.close()
})

const open: { destroy(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.destroy()
})

async function listen(): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({ destroy: () => server.close() })
  return server
}

/** A socket and its other end, which reads nothing until the test resumes it. */
async function pair(server?: Server): Promise<{ socket: Socket; other: Socket }> {
  const host = server ?? (await listen())
  const socket = connect((host.address() as AddressInfo).port, '127.0.0.1')
  const [[other]] = await Promise.all([once(host, 'connection'), once(socket, 'connect')])
  open.push(socket, other)
  return { socket, other }
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe.each(ways)('bytes handed straight to the kernel by $way', ({ direct }) => {
  const send = (socket: Socket, bytes: Buffer) =>
    new Promise<number>((resolve, reject) =>
      direct.queue(new DirectSocket(socket, { onTaken: resolve, onBroken: reject }), bytes),
    )

  /** Sends until the kernel takes no more: on loopback its buffers grow while it moves bytes to the other side. */
  const fill = async (socket: Socket): Promise<number> => {
    const bytes = Buffer.alloc(64_000_000, 'x')
    let total = 0
    for (let refusals = 0; refusals < 10; await sleep(20)) {
      const taken = await send(socket, bytes)
      expect(taken).toBeLessThan(bytes.length)
      total += taken
      refusals = taken === 0 ? refusals + 1 : 0
    }
    return total
  }

  test('arrive after the socket’s own bytes', async () => {
    const { socket, other } = await pair()
    await new Promise((resolve) => socket.write('one ', resolve))
    expect(await send(socket, Buffer.from('two'))).toBe(3)
    socket.end(' three')
    expect(await readAll(other)).toEqual(Buffer.from('one two three'))
  })

  test('are taken as far as the kernel has room, and the socket sends the rest', async () => {
    const { socket, other } = await pair()
    const taken = await fill(socket)
    expect(taken).toBeGreaterThan(0)
    const rest = Buffer.alloc(1_000_000, 'x')
    expect(await send(socket, rest)).toBe(0)
    socket.end(rest)
    expect((await readAll(other)).length).toBe(taken + rest.length)
  })

  test('reach each socket of a crowd complete, and none that is full, gone or busy', async () => {
    const [full, gone, busy, ...free] = await Promise.all(Array.from({ length: 300 }, () => pair()))
    if (!full || !gone || !busy) throw new Error('no crowd')
    await fill(full.socket)
    gone.socket.destroy()
    busy.socket.cork()
    busy.socket.write('first')
    const bytes = free.map((_, index) => Buffer.alloc(2000 + index, index))
    // In the midst of the others, and in two batches of the ring.
    const rest = [full, gone, busy].map(({ socket }) => ({ socket, bytes: Buffer.alloc(2000) }))
    const crowd = free.map(({ socket }, index) => ({ socket, bytes: bytes[index] ?? Buffer.alloc(0) }))
    const taken = await Promise.all(
      [...crowd.slice(0, 40), ...rest, ...crowd.slice(40)].map((each) => send(each.socket, each.bytes)),
    )
    expect(taken.splice(40, 3)).toEqual([0, 0, 0])
    expect(taken).toEqual(bytes.map(({ length }) => length))
    for (const { socket } of free) socket.end()
    expect(await Promise.all(free.map(({ other }) => readAll(other)))).toEqual(bytes)
  })

  test('may be followed by more as soon as they are taken', async () => {
    const { socket, other } = await pair()
    let turn = 0
    const sender = {
      onTaken() {
        turn += 1
        if (turn < 200) direct.queue(wire, Buffer.from(`${turn} `))
        else socket.end()
      },
      onBroken() {},
    }
    const wire = new DirectSocket(socket, sender)
    direct.queue(wire, Buffer.from('0 '))
    expect(String(await readAll(other))).toBe(Array.from({ length: 200 }, (_, index) => `${index} `).join(''))
  })

  test('do not delay others if one receiver fails', async () => {
    const pairs = await Promise.all([pair(), pair(), pair()])
    const told: string[] = []
    await new Promise<void>((resolve) => {
      for (const [index, { socket }] of pairs.entries()) {
        const sender = {
          onTaken() {
            told.push(`${index} taken`)
            if (index === 1) throw new Error('cannot go on')
            if (index === 2) resolve()
          },
          onBroken: ({ message }: Error) => told.push(`${index} ${message}`),
        }
        direct.queue(new DirectSocket(socket, sender), Buffer.from('all'))
      }
    })
    expect(told).toEqual(['0 taken', '1 taken', '1 cannot go on', '2 taken'])
  })

  test('report the error that broke the connection, which the kernel reports once', async () => {
    const { socket, other } = await pair()
    // The kernel knows of the reset at once, and Node not before its next turn.
    other.resetAndDestroy()
    await new Promise<void>((resolve) => process.nextTick(resolve))
    const broken = await send(socket, Buffer.from('x')).then(
      () => send(socket, Buffer.from('x')).catch((error) => error),
      (error) => error,
    )
    expect(broken).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/), syscall: 'send' })
  })

  test('do not mistake another descriptor for that of a closed socket', async () => {
    const server = await listen()
    const { socket, other } = await pair(server)
    const descriptor = descriptorOf(socket)
    const late = new Promise<number>((resolve, reject) => {
      const wire = new DirectSocket(socket, { onTaken: resolve, onBroken: reject })
      const reuse = async () => {
        // The kernel gives out the lowest one that is free.
        const next = await pair(server)
        expect([next.socket, next.other].map(descriptorOf)).toContain(descriptor)
        direct.queue(wire, Buffer.from('late'))
      }
      socket.on('error', () => {}).once('close', () => reuse().catch(reject))
    })
    other.resetAndDestroy()
    expect(await late).toBe(0)
  })
})

describe.runIf(process.platform === 'linux')('the short way to the kernel', () => {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  const mayUseRings =
    read('/proc/sys/kernel/io_uring_disabled').trim() === '0' &&
    /^Seccomp:\s*0$/m.test(read('/proc/self/status'))

  test('is a ring, if the kernel allows it to all users', () => {
    const [first] = ways
    const [major = 0, minor = 0] = release().split('.').map(Number)
    const ring = major + minor / 1000 >= 6.001 ? 'a ring of the kernel' : 'a ring of older kernels'
    expect(first?.way).toBe(mayUseRings ? ring : first?.way)
    expect(ways.at(-1)?.way).toBe('single calls')
  })

  test('is no ring if libuv’s variable forbids it', () => {
    vi.stubEnv('UV_USE_IO_URING', '0')
    const direct = createDirectSend(BATCH_SENDS.slice(0, -1))
    vi.unstubAllEnvs()
    expect(direct).toBeUndefined()
  })

  test('is closed any number of times without a descriptor left, and sends nothing then', async () => {
    const { socket } = await pair()
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = descriptors()
    for (let turn = 0; turn < 100; turn += 1) createDirectSend()?.close()
    expect(descriptors()).toBe(before)
    const closed = createDirectSend(BATCH_SENDS.slice(0, 1))
    closed?.close()
    closed?.close()
    const taken = new Promise((resolve, reject) =>
      closed
        ? closed.queue(new DirectSocket(socket, { onTaken: resolve, onBroken: reject }), Buffer.from('late'))
        : resolve(0),
    )
    expect(await taken).toBe(0)
  })

  test('is never taken for TLS', async () => {
    const { socket } = await pair()
    const direct = createDirectSend()
    expect(direct?.suits(socket)).toBe(true)
    expect(direct?.suits(new TLSSocket(socket))).toBe(false)
  })
})
