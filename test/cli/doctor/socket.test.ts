import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { socket } from '../../../src/cli/doctor/socket.ts'
import { startServer, type TestServer } from '../../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const see = (port: number, base = '') =>
  socket({ url: new URL(`http://img.example.com:${port}`), address: '127.0.0.1' }, base)

/** Runs a server for one attempt. */
async function seeThrough(listener: RequestListener, base = '') {
  const proxy = createServer(listener).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  try {
    return await see((proxy.address() as AddressInfo).port, base)
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
}

test('opens a WebSocket of the server, at the address that is named', async () => {
  expect(await see(Number(new URL(server.url).port))).toEqual({ isOpen: true })
})

test('sees that a proxy passes requests on without the upgrade', async () => {
  const pass: RequestListener = (
    { url = '', headers: { upgrade: _, connection: __, ...headers } },
    response,
  ) => {
    request(server.url + url, { headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    }).end()
  }
  expect(await seeThrough(pass)).toEqual({ isOpen: false, status: 426 })
})

test('sees the status of a proxy that refuses, and asks below the mount path', async () => {
  let asked: string | undefined
  const seen = await seeThrough(({ url }, response) => {
    asked = url
    response.writeHead(403).end()
  }, '/live')
  expect([seen, asked]).toEqual([{ isOpen: false, status: 403 }, '/live/ws'])
})

test('sees that a connection is closed', async () => {
  const closing = createTcpServer((connection) => connection.destroy()).listen(0, '127.0.0.1')
  await once(closing, 'listening')
  expect(await see((closing.address() as AddressInfo).port)).toEqual({ isOpen: false })
  closing.close()
})
