import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { createDirectSend } from '../../src/http/direct-send.ts'

const direct = createDirectSend()
const send = (socket: Socket, bytes: Buffer) => direct?.send(socket, bytes)
const open: { destroy(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.destroy()
})

/** A socket and its other end, which reads nothing until it is told to. */
async function pair(): Promise<{ socket: Socket; other: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[other]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')])
  server.close()
  open.push(socket, other)
  return { socket, other }
}

describe.runIf(process.platform === 'linux')('bytes handed straight to the kernel', () => {
  test('arrive behind what the socket itself has sent', async () => {
    const { socket, other } = await pair()
    await new Promise((resolve) => socket.write('one ', resolve))
    expect(send(socket, Buffer.from('two'))).toBe(3)
    socket.end(' three')
    let text = ''
    for await (const chunk of other) text += chunk
    expect(text).toBe('one two three')
  })

  test('are taken as far as the kernel has room, and the socket sends the rest', async () => {
    const { socket, other } = await pair()
    const bytes = Buffer.alloc(64_000_000, 'x')
    const taken = send(socket, bytes) ?? 0
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(bytes.length)
    socket.end(bytes.subarray(taken))
    let length = 0
    for await (const chunk of other) length += chunk.length
    expect(length).toBe(bytes.length)
  })

  test('are not taken while the socket has something of its own on the way', async () => {
    const { socket } = await pair()
    socket.cork()
    socket.write('first')
    expect(send(socket, Buffer.from('second'))).toBe(0)
  })

  test('are never taken for TLS', async () => {
    const { socket } = await pair()
    expect(direct?.suits(socket)).toBe(true)
    expect(direct?.suits(new TLSSocket(socket))).toBe(false)
  })

  test('are not taken for a socket that is closed', async () => {
    const { socket, other } = await pair()
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    other.resetAndDestroy()
    await closed
    expect(send(socket, Buffer.from('late'))).toBe(0)
  })
})
