import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { QueuedBytes } from '../../src/system/queued-bytes.ts'
import { descriptorOf } from '../../src/system/socket-options.ts'
import { eventually } from '../support/eventually.ts'

const closes: (() => void)[] = []
afterEach(() => {
  for (const close of closes.splice(0)) close()
})

test.skipIf(process.platform !== 'linux')(
  'bytes are queued while a client reads nothing, and none once it has',
  async () => {
    const server = createServer()
    const connected = once(server, 'connection')
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
    const [socket] = (await connected) as [Socket]
    closes.push(
      () => server.close(),
      () => client.destroy(),
      () => socket.destroy(),
    )
    const queued = new QueuedBytes()
    const descriptor = descriptorOf(socket) ?? -1
    expect(queued.of(descriptor)).toBe(0)
    socket.write(Buffer.alloc(64 * 1024 * 1024))
    await eventually(() => expect(queued.of(descriptor)).toBeGreaterThan(100_000))
    client.resume()
    await eventually(() => expect(queued.of(descriptor)).toBe(0))
  },
)

test.skipIf(process.platform !== 'linux')(
  'a descriptor that is no TCP connection has no bytes queued',
  () => {
    expect(new QueuedBytes().of(0)).toBe(0)
    expect(new QueuedBytes().of(-1)).toBe(0)
  },
)
