import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type RefusalReason, SocketLimits } from '../../../src/http/server/socket-limits.ts'
import { isOutOfDescriptors } from '../../../src/system/descriptors.ts'
import { eventually } from '../../support/eventually.ts'

const sockets: Socket[] = []
const servers: Server[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function start({ maxPerAddress = 1000, capacity = 1000, isExempt = (): boolean => false } = {}) {
  const refused: RefusalReason[] = []
  const limits = new SocketLimits({
    ...{ maxPerAddress, capacity, isExempt },
    onRefused: (_address, reason) => refused.push(reason),
  })
  // Requests for `/slow` are never answered.
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    limits.onRequest(request, response)
    if (request.url !== '/slow') response.end('fine')
  })
  server.on('connection', (socket) => limits.admit(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  const { port } = server.address() as AddressInfo
  return {
    limits,
    refused,
    requests: () => requests,
    open: (text = '', from = '127.0.0.1') => open(port, text, from),
  }
}

async function open(port: number, text: string, localAddress: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => {}).resume()
  sockets.push(socket)
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

const SLOW = 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'
const QUICK = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const TRICKLED = 'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nfew'

async function answerOf(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  if (!socket.destroyed) await once(socket, 'close')
  return text
}

test('a socket on which 64 requests wait for their responses is closed at the next one; finished ones count no more', async () => {
  const { refused, requests, open } = await start()
  const socket = await open('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(60))
  let responses = 0
  socket.on('data', (chunk) => {
    responses += String(chunk).split('HTTP/1.1 200').length - 1
  })
  await eventually(() => expect(responses).toBe(60))
  socket.write(SLOW.repeat(64))
  await eventually(() => expect(requests()).toBe(124))
  expect(socket.destroyed).toBe(false)
  socket.write(SLOW)
  await eventually(() => expect(socket.destroyed).toBe(true))
  expect(refused).toEqual(['too-many-requests'])
})

describe('an address with all the sockets it may have', () => {
  test.each([
    ['no bytes', ''],
    ['a head is not whole', 'GET / HTTP/1.1\r\nHos'],
    ['a body is not whole', TRICKLED],
  ])('loses its oldest one where %s, for a new one', async (_, text) => {
    const { limits, refused, open } = await start({ maxPerAddress: 3 })
    const idle = [await open(text), await open(text), await open(text)]
    await eventually(() => expect(limits.size).toBe(3))
    expect(await answerOf(await open(QUICK))).toMatch(/^HTTP\/1\.1 200 /)
    await eventually(() => expect(idle[0]?.destroyed).toBe(true))
    expect(refused).toEqual(['too-many-sockets'])
  })

  test('keeps sockets that wait for a response, and closes the new one', async () => {
    const { limits, open } = await start({ maxPerAddress: 2 })
    const busy = [await open(SLOW), await open(SLOW)]
    await eventually(() => expect(limits.size).toBe(2))
    // Both requests have been read once a third response would have come.
    expect(await answerOf(await open(QUICK, '127.0.0.2'))).toMatch(/200/)
    expect(await answerOf(await open(QUICK))).toBe('')
    expect(busy.map(({ destroyed }) => destroyed)).toEqual([false, false])
  })

  test('is not limited if it is exempt', async () => {
    const { limits, refused, open } = await start({ maxPerAddress: 2, isExempt: () => true })
    for (let count = 0; count < 5; count += 1) await open()
    await eventually(() => expect(limits.size).toBe(5))
    expect(refused).toEqual([])
  })
})

describe('a full server', () => {
  test('closes idle sockets of the address that has most, and serves the new one', async () => {
    const { limits, refused, open } = await start({ capacity: 40 })
    const few = [await open('', '127.0.0.3'), await open(SLOW, '127.0.0.3')]
    const many: Socket[] = []
    for (let count = 0; count < 38; count += 1) many.push(await open())
    await eventually(() => expect(limits.size).toBe(40))
    expect(await answerOf(await open(QUICK, '127.0.0.4'))).toMatch(/^HTTP\/1\.1 200 /)
    await eventually(() => expect(many.filter(({ destroyed }) => destroyed)).toHaveLength(2))
    expect(many.slice(0, 2).every(({ destroyed }) => destroyed)).toBe(true)
    expect(few.map(({ destroyed }) => destroyed)).toEqual([false, false])
    expect(refused).toEqual(['sockets-full', 'sockets-full'])
  })

  test('admits only addresses without a socket while no socket is idle', async () => {
    const { limits, requests, open } = await start({ capacity: 2 })
    await open(SLOW)
    await open(SLOW)
    // Until its request is read, a socket is idle.
    await eventually(() => expect(requests()).toBe(2))
    expect(await answerOf(await open(QUICK, '127.0.0.5'))).toMatch(/^HTTP\/1\.1 200 /)
    await eventually(() => expect(limits.size).toBe(2))
    expect(await answerOf(await open(QUICK))).toBe('')
  })
})

test('a lack of file descriptors is noticed, and other errors are none', () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(code), { code })
  }
  expect(['EMFILE', 'ENFILE', 'EACCES'].map((code) => isOutOfDescriptors(failing(code)))).toEqual([
    true,
    true,
    false,
  ])
  expect(isOutOfDescriptors()).toBe(false)
})
