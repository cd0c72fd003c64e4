import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { SocketClient } from '../support/socket-client.ts'

let server: TestServer
const clients: SocketClient[] = []
/** The open sockets of the server. */
const sockets: Socket[] = []

beforeAll(async () => {
  server = await startServer({ linger: 100, maxConnectionsPerAddress: 40, ghostTimeout: 2_000 })
  server.server.on('connection', (socket) => {
    sockets.push(socket)
    socket.once('close', () => sockets.splice(sockets.indexOf(socket), 1))
  })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await eventually(() => expect(server.imgcast.stats().connections).toBe(0))
})
afterAll(() => server.close())

async function open(headers?: Record<string, string>): Promise<SocketClient> {
  const client = await SocketClient.open(server.url, headers)
  clients.push(client)
  return client
}

const countsOf = async (room: string) =>
  (await (await fetch(`${server.url}/${room}.json`)).json()) as { connections: number; visitors: number }

const signature = (bytes: Buffer | undefined) => bytes?.subarray(0, 4).toString('latin1')

describe('a subscription', () => {
  test('is announced with its id, size and words, and is sent every new picture', async () => {
    const client = await open()
    client.send({ subscribe: ['/ticker/a.png?width=60', '/ticker/a.jpg', '/sine/a.webp'] })
    const { id, ...rest } = await client.shown('/ticker/a.png?width=60', 3)
    expect(rest).toEqual({
      src: '/ticker/a.png?width=60',
      width: 60,
      height: 20,
      alt: 'Another picture every 50 ms',
    })
    const pictures = client.framesOf(id)
    expect(pictures.map(signature)).toEqual(pictures.map(() => '\x89PNG'))
    const jpeg = await client.shown('/ticker/a.jpg')
    expect(signature(client.framesOf(jpeg.id)[0])).toBe('\xff\xd8\xff\xe0')
    const webp = await client.shown('/sine/a.webp')
    expect(signature(client.framesOf(webp.id)[0])).toBe('RIFF')
  })

  test('is a viewer: it counts until it ends, and four pictures are no limit', async () => {
    const client = await open()
    const rooms = Array.from({ length: 12 }, (_, index) => `counter/many-${index}`)
    client.send({ subscribe: rooms.map((room) => `/${room}.png`) })
    for (const room of rooms) await client.shown(`/${room}.png`)
    expect(server.imgcast.stats().connections).toBe(12)
    expect(await countsOf('counter/many-3')).toMatchObject({ connections: 1, visitors: 1 })
    client.send({ unsubscribe: ['/counter/many-3.png'] })
    await eventually(async () => expect(await countsOf('counter/many-3')).toMatchObject({ connections: 0 }))
    expect(client.ended).toMatchObject([{ reason: 'unsubscribed' }])
    client.close()
    await eventually(async () => expect(await countsOf('counter/many-4')).toMatchObject({ connections: 0 }))
  })

  test('is one, however often it is asked for; each request for it is confirmed', async () => {
    const client = await open()
    client.send({ subscribe: ['/counter/twice.png', '/counter/twice.png'] })
    await client.shown('/counter/twice.png')
    client.send({ subscribe: ['/counter/twice.png'] })
    await eventually(() => expect(client.subscribed.length).toBeGreaterThan(1))
    expect(new Set(client.subscribed.map(({ id }) => id)).size).toBe(1)
    expect(server.imgcast.stats().connections).toBe(1)
  })

  test('that is paused counts and is sent nothing, and the newest picture when it resumes', async () => {
    const client = await open()
    const src = '/ticker/paused.png'
    client.send({ subscribe: [src] })
    const { id } = await client.shown(src, 2)
    client.send({ pause: [src] })
    client.send({ subscribe: [src] })
    // The second announcement comes after the last frame before the pause.
    await eventually(() => expect(client.subscribed.filter((each) => each.src === src)).toHaveLength(2))
    const before = client.framesOf(id).length
    const other = '/ticker/other.png'
    client.send({ subscribe: [other] })
    await client.shown(other, 5)
    expect(client.framesOf(id)).toHaveLength(before)
    expect(await countsOf('ticker/paused')).toMatchObject({ connections: 1 })
    client.send({ resume: [src] })
    await client.shown(src, before + 2)
  })
})

describe('an error', () => {
  test.each([
    ['/ticker/x.png?width=banana', 'width: expected a whole number'],
    ['/counter/x.png?stale=1s', 'stale: expected off'],
    ['/cuonter/x.png', 'did you mean counter'],
    ['/counter/x', 'a picture needs an extension'],
    ['/counter/x.json', 'expected a picture that is live: .png, .jpg or .webp, got .json'],
    ['/counter/x.svg', 'expected a picture that is live: .png, .jpg or .webp, got .svg'],
    [`/counter/x.png?a=${'a'.repeat(3000)}`, 'expected a URL of at most 2048 characters'],
    ['', 'there is nothing here'],
  ])('of an address is a picture and a reason, and harms no other (%#)', async (src, reason) => {
    const client = await open()
    client.send({ subscribe: [src, '/counter/good.png'] })
    const { id, width } = await client.shown(src)
    await eventually(() => expect(client.ended).toHaveLength(1))
    expect(client.ended[0]?.id).toBe(id)
    expect(client.ended[0]?.reason).toContain(reason)
    expect(width).toBeGreaterThan(0)
    await client.shown('/counter/good.png')
    expect(server.imgcast.stats().connections).toBe(1)
  })

  test('of too many pictures from an address is one too', async () => {
    const client = await open()
    client.send({
      subscribe: Array.from({ length: 42 }, (_, index) => `/counter/full.png?width=${100 + index}`),
    })
    await eventually(() => expect(client.ended).toHaveLength(2))
    expect(client.ended[0]?.reason).toContain('--max-connections-per-address')
    expect(server.imgcast.stats().connections).toBe(40)
  })

  test('in a widget is shown in the picture, which stays subscribed', async () => {
    const client = await open()
    client.send({ subscribe: ['/throws/x.png'] })
    await client.shown('/throws/x.png')
    expect(client.ended).toEqual([])
  })

  test.each<[string, (client: SocketClient) => void, number, RegExp]>([
    ['that is not JSON', (client) => client.send('hello'), 1008, /^expected JSON/],
    ['of an unknown action', (client) => client.send({ look: [] }), 1008, /^expected subscribe/],
    ['of bytes', (client) => client.webSocket.send(Buffer.from('{}')), 1008, /^expected text/],
    ['that is too long', (client) => client.send('x'.repeat(70_000)), 1009, /^$/],
    [
      'too many in a moment',
      (client) => {
        for (let turn = 0; turn < 1100; turn += 1) client.send({ subscribe: [] })
      },
      1008,
      /^too many messages$/,
    ],
  ])('of a message %s closes the socket', async (_, send, code, reason) => {
    const client = await open()
    client.send({ subscribe: ['/counter/closed.png'] })
    await client.shown('/counter/closed.png')
    send(client)
    await eventually(() => expect(client.closed?.code).toBe(code))
    expect(client.closed?.reason).toMatch(reason)
    await eventually(() => expect(server.imgcast.stats().connections).toBe(0))
  })
})

describe('a client', () => {
  test('of any origin is accepted', async () => {
    const client = await open({ Origin: 'https://elsewhere.example' })
    client.send({ subscribe: ['/counter/origin.png'] })
    await client.shown('/counter/origin.png')
  })

  test('that responds to no ping is gone within the ghost timeout', async () => {
    const client = new SocketClient(server.url, {}, { autoPong: false })
    clients.push(client)
    await new Promise((resolve) => client.webSocket.once('open', resolve))
    client.send({ subscribe: ['/counter/ghost.png'] })
    await client.shown('/counter/ghost.png')
    await eventually(async () => expect(await countsOf('counter/ghost')).toMatchObject({ connections: 0 }))
  })

  test('that stops reading holds one frame of a picture, and the newest ones come when it reads', async () => {
    const client = await open()
    const src = '/noise/slow.png'
    client.send({ subscribe: [src] })
    const { id } = await client.shown(src)
    client.webSocket.pause()
    // A page that cannot keep up: the frames in between are dropped on the server.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = client.framesOf(id).length
    client.webSocket.resume()
    await client.shown(src, before + 1)
  })

  test('that sends nothing but control frames is closed', async () => {
    const client = await open()
    for (let sent = 0; sent < 1_200; sent += 1) client.webSocket.pong()
    await eventually(() => expect(client.closed).toEqual({ code: 1008, reason: 'too many messages' }))
  })

  test.each([
    ['is refused', '/nowhere', 'websocket'],
    ['gets a response over HTTP/1.1', '/healthz', 'h2c'],
  ])('that offers an upgrade, %s, and never closes its side keeps no socket', async (_, path, upgrade) => {
    const { port } = server.server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume()
    const heads = ['Host: here.example', 'Connection: Upgrade', `Upgrade: ${upgrade}`]
    socket.write([`GET ${path} HTTP/1.1`, ...heads, '', ''].join('\r\n'))
    await once(socket, 'end')
    await eventually(() => expect(sockets.filter((each) => each.remotePort === socket.localPort)).toEqual([]))
    socket.destroy()
  })

  test('gets 426 without an upgrade, and 403 from a page of a host that is not allowed', async () => {
    const response = await fetch(`${server.url}/ws`)
    expect([response.status, response.headers.get('content-type')]).toEqual([426, 'application/problem+json'])
    const strict = await startServer({ allowReferrer: ['blog.example'] })
    const client = new SocketClient(strict.url, { Origin: 'https://other.example' })
    await eventually(() => expect(client.refused).toBe(403))
    const friend = await SocketClient.open(strict.url, { Origin: 'https://blog.example' })
    friend.send({ subscribe: ['/counter/a.png'] })
    await friend.shown('/counter/a.png')
    // A clean stop: the picture ends with a reason, and the socket as "going away".
    await strict.close()
    await eventually(() => expect(friend.closed?.code).toBe(1001))
    expect(friend.ended).toEqual([{ id: 1, reason: 'stopping' }])
  })
})
