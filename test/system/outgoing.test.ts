import type { lookup } from 'node:dns'
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { findUrlFault, OutgoingClient } from '../../src/system/outgoing.ts'

const client = new OutgoingClient({ allowPrivateTargets: true })
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface Page {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server with one response for each path, and the requests that came. */
async function serve(pages: Record<string, Page>) {
  const requests: { path: string; headers: IncomingHttpHeaders }[] = []
  const url = await listen(
    createHttpServer(({ url: path = '', headers }, response) => {
      requests.push({ path, headers })
      const { status = 200, headers: more = {}, body = '' } = pages[path] ?? { status: 404 }
      response.writeHead(status, more).end(body)
    }),
  )
  return { url, requests }
}

/** A server that sends these bytes to every client, and then nothing. */
function sendRaw(bytes: string, then: (socket: Socket) => void = () => {}): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write(bytes)
        then(socket)
      })
    }),
  )
}

const text = async (url: string, more: object = {}) => (await client.open({ url, ...more })).text()

describe('the outgoing client', () => {
  test('requests no coding, decodes one, and refuses several', async () => {
    const bytes = Buffer.from('hello')
    const six = Array.from({ length: 6 }).reduce<Buffer>((body) => gzipSync(body), bytes)
    const { url, requests } = await serve({
      '/plain': { body: bytes },
      '/gzip': { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(bytes) },
      '/deflate': { headers: { 'Content-Encoding': 'deflate' }, body: deflateSync(bytes) },
      '/br': { headers: { 'Content-Encoding': 'BR' }, body: brotliCompressSync(bytes) },
      '/six': { headers: { 'Content-Encoding': Array(6).fill('gzip').join(', ') }, body: six },
      '/lies': { headers: { 'Content-Encoding': 'gzip' }, body: Buffer.alloc(300_000, 'x') },
      '/unknown': { headers: { 'Content-Encoding': 'x-mine' }, body: bytes },
    })
    for (const path of ['/plain', '/gzip', '/deflate', '/br']) expect(await text(url + path)).toBe('hello')
    expect(requests[0]?.headers['accept-encoding']).toBe('identity')
    await expect(text(`${url}/six`)).rejects.toThrow(
      /expected a Content-Encoding of gzip, deflate, br or none/,
    )
    await expect(text(`${url}/unknown`)).rejects.toThrow(/got "x-mine"/)
    await expect(text(`${url}/lies`)).rejects.toThrow('incorrect header check')
  })

  test('reads no more bytes than it may, as sent and as decoded', async () => {
    const { url } = await serve({
      '/large': { body: Buffer.alloc(1_100_000) },
      '/bomb': { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(Buffer.alloc(100_000_000)) },
      // Empty members: much is sent, and nothing comes out.
      '/hollow': {
        headers: { 'Content-Encoding': 'gzip' },
        body: Buffer.concat(Array(60_000).fill(gzipSync(''))),
      },
      '/small': { body: 'x'.repeat(100) },
    })
    for (const path of ['/large', '/bomb', '/hollow'])
      await expect(text(url + path)).rejects.toThrow('the response is larger than 1048576 bytes')
    await expect(text(`${url}/small`, { maxBytes: 99 })).rejects.toThrow('larger than 99 bytes')
    expect(await text(`${url}/small`, { maxBytes: 100 })).toHaveLength(100)
  })

  test('streams a body within its limits', async () => {
    const { url } = await serve({ '/large': { body: Buffer.alloc(5_000_000) } })
    const { stream } = await client.open({ url: `${url}/large`, maxBytes: 10_000_000 })
    let length = 0
    for await (const chunk of stream()) length += (chunk as Buffer).length
    expect(length).toBe(5_000_000)
  })

  test('stops an endless body that is streamed, at the limit', async () => {
    const closed = new Promise<void>((resolve) => {
      closers.push(() => resolve())
      void sendRaw('HTTP/1.1 200 OK\r\n\r\n', (socket) => {
        const more = () => socket.write(Buffer.alloc(65_536), (error) => error || more())
        more()
        socket.once('close', () => resolve())
      }).then(async (url) => {
        const { stream } = await client.open({ url, maxBytes: 200_000 })
        const body = stream()
        await expect(body.resume().toArray()).rejects.toThrow(/larger than 200000 bytes/)
      })
    })
    await closed
  })

  test.each<[what: string, bytes: string]>([
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\nX-Slow: '],
    ['a head', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'],
  ])('gives up after its time limit where %s came, also after a garbage collection', async (_what, bytes) => {
    const url = await sendRaw(bytes)
    const outer = new AbortController()
    const failed = expect(text(url, { timeout: 300, signal: outer.signal })).rejects.toThrow(
      'no complete response within 0.3 s',
    )
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let turn = 0; turn < 3; turn += 1) collect()
    await failed
  })

  test('aborts with its caller, before, during and after the head', async () => {
    const url = await sendRaw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{')
    await expect(text(url, { signal: AbortSignal.abort(new Error('stopping')) })).rejects.toThrow('stopping')
    const first = new AbortController()
    const opening = client.open({ url, signal: first.signal })
    first.abort(new Error('stopping'))
    await expect(opening).rejects.toThrow('stopping')
    const second = new AbortController()
    const response = await client.open({ url, signal: second.signal })
    const reading = expect(response.text()).rejects.toThrow('stopping')
    second.abort(new Error('stopping'))
    await reading
  })

  test.each<[what: string, bytes: string, message: RegExp]>([
    ['a head over 16 kB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /Header overflow/],
    ['a response that is not HTTP', 'SSH-2.0-OpenSSH\r\n', /Parse Error/],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /Parse Error/],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      /./,
    ],
  ])('rejects on %s', async (_what, bytes, message) => {
    const url = await sendRaw(bytes)
    await expect(text(url, { timeout: 5_000 })).rejects.toThrow(message)
  })

  test.each(['', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'])(
    'rejects if the connection closes after %j',
    async (bytes) => {
      const ended = await sendRaw(bytes, (socket) => socket.end())
      await expect(text(ended)).rejects.toThrow('the connection closed before the response was complete')
      const reset = await sendRaw(bytes, (socket) => setImmediate(() => socket.resetAndDestroy()))
      await expect(text(reset)).rejects.toThrow(/ECONNRESET|closed before/)
    },
  )

  test('survives a connection that is cut after the head was taken and its body ignored', async () => {
    const url = await sendRaw(
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nx',
      (socket) => setTimeout(() => socket.resetAndDestroy(), 30),
    )
    const response = await client.open({ url })
    expect(response.status).toBe(200)
    response.close()
    await new Promise((resolve) => setTimeout(resolve, 100))
  })

  test('sends a body with its length, and reports the status and Retry-After', async () => {
    const { url, requests } = await serve({
      '/busy': { status: 503, headers: { 'Retry-After': '7' } },
      '/moved': { status: 302, headers: { Location: 'http://ann:pw@10.0.0.1/?token=SECRET' } },
    })
    const busy = await client.open({ url: `${url}/busy`, method: 'POST', body: 'é' })
    busy.close()
    expect(busy).toMatchObject({ status: 503, fault: 'status 503 Service Unavailable', retryAfter: 7_000 })
    expect(requests[0]?.headers['content-length']).toBe('2')
    const moved = await client.open({ url: `${url}/moved` })
    moved.close()
    expect(moved.fault).toBe('status 302 Found: a redirect to 10.0.0.1, which is not followed')
  })

  test('follows the number of redirects that its caller allows, and sends no secret to another origin', async () => {
    const other = await serve({ '/end': { body: 'there' } })
    const { url, requests } = await serve({
      '/one': { status: 302, headers: { Location: '/two' } },
      '/two': { status: 307, headers: { Location: `${other.url}/end` } },
      '/circle': { status: 301, headers: { Location: '/circle' } },
      '/file': { status: 302, headers: { Location: 'file:///etc/passwd' } },
      '/credentials': { status: 302, headers: { Location: 'http://a:b@127.0.0.1/' } },
    })
    const headers = { Authorization: 'Bearer secret', Accept: 'text/plain' }
    const response = await client.open({ url: `${url}/one`, headers, maxRedirects: 2 })
    expect([response.url, await response.text()]).toEqual([`${other.url}/end`, 'there'])
    expect(requests[1]?.headers.authorization).toBe('Bearer secret')
    expect(other.requests[0]?.headers).toMatchObject({ accept: 'text/plain' })
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization')
    await expect(text(`${url}/one`, { maxRedirects: 1 })).rejects.toThrow('more than 1 redirects')
    await expect(text(`${url}/circle`, { maxRedirects: 5 })).rejects.toThrow('more than 5 redirects')
    await expect(text(`${url}/file`, { maxRedirects: 5 })).rejects.toThrow(/expected an http or https URL/)
    await expect(text(`${url}/credentials`, { maxRedirects: 5 })).rejects.toThrow(/without a user name/)
  })
})

test('a response whose lines end with LF alone is read only by a lenient request', async () => {
  const url = await sendRaw('HTTP/1.0 200 OK\nContent-Type: text/plain\n\nbytes', (socket) => socket.end())
  await expect(text(url)).rejects.toThrow(/CR/)
  expect(await text(url, { isLenient: true })).toBe('bytes')
})

describe('the body of an endless request', () => {
  async function read(url: string, onBytes?: (bytes: Buffer) => void, signal?: AbortSignal): Promise<string> {
    const pieces: Buffer[] = []
    const response = await client.open({ url, isEndless: true, ...(signal && { signal }) })
    await response.read((bytes) => {
      pieces.push(Buffer.from(bytes))
      onBytes?.(bytes)
    })
    return Buffer.concat(pieces).toString()
  }

  test('is read to its end, from the bytes that came with the head', async () => {
    const later = Array.from({ length: 300 }, (_, index) => `${index},`.repeat(1_000))
    const url = await sendRaw('HTTP/1.0 200 OK\r\n\r\nfirst,', (socket) => {
      for (const text of later) socket.write(text)
      socket.end()
    })
    expect(await read(url)).toBe(`first,${later.join('')}`)
  })

  test('is read into the same memory again and again', async () => {
    let turn = 0
    let socket: Socket | undefined
    const url = await sendRaw('HTTP/1.0 200 OK\r\n\r\n0', (accepted) => {
      socket = accepted
    })
    const memories = new Set<ArrayBufferLike>()
    const stopping = new AbortController()
    const onBytes = ({ buffer }: Buffer) => {
      memories.add(buffer)
      turn += 1
      if (turn === 20) return stopping.abort()
      socket?.write(String(turn))
    }
    await expect(read(url, onBytes, stopping.signal)).rejects.toThrow('aborted')
    // The first bytes come with the head.
    expect(memories.size).toBeLessThanOrEqual(2)
  })

  test.each([
    ['with a length', { 'Content-Length': '5' }, '01234'],
    ['that is compressed', { 'Content-Encoding': 'gzip' }, gzipSync('01234')],
    ['that is chunked', { 'Transfer-Encoding': 'chunked' }, '01234'],
  ])('is decoded, %s', async (_, headers, body) => {
    const { url } = await serve({ '/': { headers, body } })
    expect(await read(url)).toBe('01234')
  })

  test('rejects with the error of its callback, and ends the connection', async () => {
    let closed: Promise<unknown> | undefined
    const url = await sendRaw('HTTP/1.0 200 OK\r\n\r\nbytes', (socket) => {
      closed = new Promise((resolve) => socket.once('close', resolve))
    })
    const fail = () => {
      throw new Error('no frames')
    }
    await expect(read(url, fail)).rejects.toThrow('no frames')
    await closed
  })
})

describe('without private targets, the outgoing client', () => {
  /** Resolves every name to the next of these lists. */
  const resolving = (...lists: string[][]) => {
    const fake = ((_name: string, _options: object, callback: (...found: unknown[]) => void) => {
      const addresses = lists.shift() ?? []
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as unknown as typeof lookup
    return new OutgoingClient({ allowPrivateTargets: false, lookup: fake })
  }
  const remedy = /is not a public address; the server option --allow-private-targets allows it/

  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[fe80::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost/',
    'https://localhost/',
  ])('does not connect to %s', async (url) => {
    const open = new OutgoingClient({ allowPrivateTargets: false }).open({ url })
    await expect(open).rejects.toThrow(remedy)
  })

  test('does not connect to a name that resolves to a private address, be it one of several', async () => {
    await expect(resolving(['10.0.0.1']).open({ url: 'http://a.test/' })).rejects.toThrow(
      'a.test (10.0.0.1) is not a public address',
    )
    await expect(resolving(['8.8.8.8', '::1']).open({ url: 'http://a.test/' })).rejects.toThrow(remedy)
  })

  test('checks the very addresses that it connects to: rebinding gains nothing', async () => {
    const { requests, url } = await serve({ '/': { body: 'inside' } })
    const { port } = new URL(url)
    // The first address, which a check before the request would see, is public; the second is not.
    const rebinding = resolving(['127.0.0.1'], ['127.0.0.1'])
    await expect(rebinding.open({ url: `http://rebind.test:${port}/` })).rejects.toThrow(remedy)
    expect(requests).toEqual([])
  })
})

test('an address must be http or https, without credentials, and not too long', () => {
  expect(findUrlFault('https://example.org/a?b')).toBeUndefined()
  for (const wrong of ['', 'ftp://a.b/', '/a', 'http://', 5, null, `http://a.b/${'x'.repeat(2_000)}`])
    expect(findUrlFault(wrong)).toMatch(/^an http or https URL of at most 2000 characters, got /)
  expect(findUrlFault('http://ann:pw@a.b/')).toBe('a URL without a user name and a password')
})
