import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { SocketOptions } from '../../src/system/socket-options.ts'
import { startServer } from '../support/server.ts'
import { readSocketOptions } from '../support/socket-options.ts'
import { openStream } from '../support/stream-reader.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

test('a stream has its options set in the kernel, by the ghost timeout', async () => {
  const server = await startServer({ ghostTimeout: 12_000 })
  const accepted = once(server.server, 'connection')
  const stream = await openStream(`${server.url}/counter/a.png`)
  const [socket] = (await accepted) as [object]
  expect(readSocketOptions(socket)).toEqual({
    TCP_NODELAY: 1,
    SO_KEEPALIVE: 1,
    TCP_KEEPIDLE: 1,
    TCP_USER_TIMEOUT: 4800,
    TCP_NOTSENT_LOWAT: 16_384,
  })
  stream.close()
  await server.close()
})

test('without a ghost timeout only the delay of a socket is set', async () => {
  const server = createServer().listen(0)
  servers.push(server)
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = connect((server.address() as AddressInfo).port)
  const [socket] = (await accepted) as [Parameters<SocketOptions['apply']>[0]]
  new SocketOptions(0, pino({ level: 'silent' })).apply(socket)
  expect(readSocketOptions(socket)).toMatchObject({ TCP_USER_TIMEOUT: 0, SO_KEEPALIVE: 0, TCP_NODELAY: 1 })
  client.destroy()
})

test('if the options cannot be set, that is logged once, and keep-alive is on', async () => {
  const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('sunos')
  const lines: string[] = []
  const options = new SocketOptions(20_000, pino({}, { write: (line: string) => void lines.push(line) }))
  platform.mockRestore()
  const keepAlive = vi.fn()
  for (let socket = 0; socket < 3; socket += 1)
    options.apply({ setNoDelay: () => {}, setKeepAlive: keepAlive })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('TCP_USER_TIMEOUT cannot be set')
  expect(keepAlive).toHaveBeenCalledTimes(3)
})
