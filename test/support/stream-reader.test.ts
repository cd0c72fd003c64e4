import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { Dechunker, MultipartParser } from './multipart.ts'
import { firefox, openStream } from './stream-reader.ts'

const open: { close(): void }[] = []

afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

/** Serves every connection with a function; resolves with its URL. */
async function serve(answer: (socket: net.Socket, request: string) => void): Promise<string> {
  const server = net.createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.once('data', (request) => answer(socket, request.toString('latin1')))
    open.push({ close: () => socket.destroy() })
  })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/a/clock.png?b=1`
}

async function opened(...args: Parameters<typeof openStream>) {
  const stream = await openStream(...args)
  open.push(stream)
  return stream
}

const boundary = 'frame'
const head = `HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary="${boundary}"\r\n\r\n`
// Line breaks, dashes and all but the boundary itself: what a picture may hold.
const first = Buffer.from('\x89PNG\r\n\x1a\n\r\n\r\n--fram\r\n-\r\n--\r\n\r', 'latin1')
const second = Buffer.from([0, 13, 10, 45, 45, 255, 13, 10])
const body = Buffer.concat([
  Buffer.from(`hello\r\n--${boundary}\r\nContent-Type: image/png\r\nContent-Length: ${first.length}\r\n\r\n`),
  first,
  Buffer.from(`\r\n--${boundary} \t\r\nX-A: 1\r\nx-a: 2\r\n\r\n`),
  second,
  Buffer.from(`\r\n--${boundary}\r\n\r\n\r\n--${boundary}--\r\nbye`),
])
const bodies = [first, second, Buffer.alloc(0)]

describe('MultipartParser', () => {
  it('finds the same parts wherever the bytes are split', () => {
    for (let split = 0; split <= body.length; split++) {
      const parser = new MultipartParser(boundary)
      parser.push(body.subarray(0, split))
      parser.push(body.subarray(split))
      expect(parser.parts.map((part) => part.body)).toEqual(bodies)
      expect(parser.closed).toBe(true)
    }
  })

  it('finds the same parts byte for byte, each as soon as the boundary after it is there', () => {
    const parser = new MultipartParser(boundary)
    const completed: number[] = []
    body.forEach((byte, index) => {
      parser.push(Buffer.of(byte))
      while (completed.length < parser.parts.length) completed.push(index + 1)
    })
    const delimiter = Buffer.from(`\r\n--${boundary}`)
    const ends = [first, second].map((part) => {
      const start = body.indexOf(part, body.indexOf('\r\n\r\n'))
      return start + part.length + delimiter.length
    })
    expect(completed).toEqual([...ends, body.lastIndexOf(delimiter) + delimiter.length])
    expect(parser.preamble.toString()).toBe('hello')
    expect(parser.parts.map((part) => part.headers)).toEqual([
      { 'content-type': 'image/png', 'content-length': String(first.length) },
      { 'x-a': '1, 2' },
      {},
    ])
  })

  it('needs no line break before the first boundary', () => {
    const parser = new MultipartParser(boundary)
    parser.push(Buffer.from(`--${boundary}\r\n\r\nab\r\n--${boundary}`))
    expect(parser.preamble).toHaveLength(0)
    expect(parser.parts.map((part) => part.body.toString())).toEqual(['ab'])
    expect(parser.closed).toBe(false)
  })

  it('rejects a wrong Content-Length, and anything but a line break after a boundary', () => {
    const push = (text: string) => () => new MultipartParser(boundary).push(Buffer.from(text))
    expect(push(`--${boundary}\r\nContent-Length: 3\r\n\r\nab\r\n--${boundary}`)).toThrow(
      'part 0 has Content-Length: 3 and 2 bytes',
    )
    expect(push(`--${boundary}s\r\n`)).toThrow('a boundary is followed by "s"')
  })
})

describe('Dechunker', () => {
  const chunked = Buffer.from('5\r\nhello\r\nA;x=y\r\n \r\n world!\r\n0\r\nTrailer: 1\r\n\r\n')

  it('finds the same body wherever the bytes are split', () => {
    for (let split = 0; split <= chunked.length; split++) {
      const dechunker = new Dechunker()
      const parts = [dechunker.push(chunked.subarray(0, split)), dechunker.push(chunked.subarray(split))]
      expect(Buffer.concat(parts).toString()).toBe('hello \r\n world!')
      expect(dechunker.done).toBe(true)
    }
  })
})

describe('openStream', () => {
  it('reads a stream split at every awkward byte', async () => {
    const response = Buffer.concat([Buffer.from(head), body])
    const boundaries = [...response.keys()].filter((at) => [13, 10, 45].includes(response[at] as number))
    for (const split of boundaries) {
      const url = await serve(async (socket) => {
        socket.write(response.subarray(0, split))
        await sleep(2)
        socket.end(response.subarray(split))
      })
      const stream = await opened(url)
      for (const expected of bodies) expect((await stream.nextPart()).body).toEqual(expected)
      expect(await stream.ended).toBe('end')
      expect(stream.bytes()).toEqual(body)
      expect(stream.closed).toBe(true)
      expect(stream.preamble.toString()).toBe('hello')
    }
  })

  it('returns the head and sends Chromium’s headers', async () => {
    let request = ''
    const url = await serve((socket, text) => {
      request = text
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n${head}`)
    })
    const stream = await opened(url, { headers: { accept: 'image/png', 'Sec-Fetch-Site': '' } })
    expect(stream.head).toBe(head.slice(0, -4))
    expect(stream.status).toBe(200)
    expect(stream.headers).toEqual({ 'content-type': 'multipart/x-mixed-replace; boundary="frame"' })
    expect(request).toMatch(/^GET \/a\/clock\.png\?b=1 HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/)
    expect(request).toContain('Chrome/156.0.0.0')
    expect(request).toContain('\r\naccept: image/png\r\n')
    expect(request).toContain('\r\nSec-Fetch-Dest: image\r\n')
    expect(request).not.toMatch(/Accept: |Sec-Fetch-Site/)
  })

  it('sends another browser, method and version', async () => {
    let request = ''
    const url = await serve((socket, text) => {
      request = text
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n')
    })
    const stream = await opened(url, { headers: firefox, method: 'HEAD', httpVersion: '1.0' })
    expect(await stream.ended).toBe('end')
    expect(request).toMatch(/^HEAD \S+ HTTP\/1\.0\r\n/)
    expect(request).toContain('Firefox/153.0')
    expect(request).not.toContain('keep-alive')
  })

  it('undoes the chunked encoding and ends with the last chunk', async () => {
    const url = await serve((socket) => {
      const size = body.length.toString(16)
      socket.write(head.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n'))
      socket.write(Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]))
    })
    const stream = await opened(url)
    expect(await stream.ended).toBe('end')
    expect(stream.parts.map((part) => part.body)).toEqual(bodies)
    expect(stream.bytes()).toEqual(body)
  })

  it('reports a part of the wrong length from every wait', async () => {
    const url = await serve((socket) => {
      socket.write(`${head}--${boundary}\r\nContent-Length: 3\r\n\r\nab\r\n--${boundary}`)
    })
    const stream = await opened(url).catch((error: Error) => error)
    const fault = stream instanceof Error ? stream : await stream.nextPart().catch((error: Error) => error)
    expect(String(fault)).toContain('part 0 has Content-Length: 3 and 2 bytes')
  })

  it('reports at a timeout what had arrived', async () => {
    const url = await serve((socket) => {
      socket.write(`${head}--${boundary}\r\nContent-Type: image/png\r\n\r\nab`)
    })
    const stream = await opened(url, { timeout: 100 })
    await expect(stream.nextPart()).rejects.toThrow(
      /waited 0\.1 s without success for part 0; arrived: status 200, multipart.*0 complete parts, then 2 bytes in the body/,
    )
    const silent = await serve((socket) => socket.write('HTTP/1.1 2'))
    await expect(openStream(silent, { timeout: 100 })).rejects.toThrow(
      'for the response head; no response head had arrived, 10 bytes: "HTTP/1.1 2"',
    )
  })

  it('distinguishes the endings', async () => {
    const ending = async (answer: (socket: net.Socket) => void) => {
      const url = await serve((socket) => socket.write(head, () => setTimeout(answer, 20, socket)))
      return (await opened(url)).ended
    }
    expect(await ending((socket) => socket.end())).toBe('end')
    expect(await ending((socket) => socket.resetAndDestroy())).toBe('error')
    const stream = await opened(await serve((socket) => socket.write(head)))
    const waiting = expect(stream.nextPart()).rejects.toThrow(
      'ended (the socket was destroyed) before part 0',
    )
    stream.close()
    expect(await stream.ended).toBe('close')
    await waiting
  })

  it('resets the connection on abort', async () => {
    let code: string | undefined
    const url = await serve((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => {
        code = error.code
      })
      socket.write(head)
    })
    const stream = await opened(url)
    stream.abort()
    await eventually(() => expect(code).toBe('ECONNRESET'))
  })

  it('leaves everything in the socket with read: false, until it is resumed', async () => {
    const url = await serve((socket) => socket.write(Buffer.concat([Buffer.from(head), body])))
    const stream = await opened(url, { read: false })
    await sleep(50)
    expect(stream.status).toBe(0)
    expect(stream.socket.bytesRead).toBe(0)
    stream.socket.resume()
    await stream.waitFor((each) => each.closed, 'the closing boundary')
    expect(stream.parts).toHaveLength(3)
  })

  it('fails if no server listens', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    server.close()
    await once(server, 'close')
    await expect(openStream(`http://127.0.0.1:${port}/`)).rejects.toThrow('ECONNREFUSED')
  })
})

describe('eventually', () => {
  it('returns once the check passes and else throws its last error', async () => {
    let calls = 0
    await eventually(() => {
      calls++
      expect(calls).toBeGreaterThan(2)
    })
    expect(calls).toBe(3)
    const failing = async () => {
      throw new Error(`call ${++calls}`)
    }
    await expect(eventually(failing, { timeout: 30, interval: 10 })).rejects.toThrow(/call [4-9]/)
  })
})
