import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
} from 'node:http2'
import { get } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import express from 'express'
import http2Express from 'http2-express'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { makeCertificate } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { parseMetrics } from '../support/metrics.ts'
import { boundaryOf, MultipartParser } from '../support/multipart.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { readSocketOptions } from '../support/socket-options.ts'
import { chromium, firefox } from '../support/stream-reader.ts'

let imgcast: Imgcast
let server: Http2SecureServer
let origin: string
let tls: { cert: Buffer; key: Buffer }
const sessions: ClientHttp2Session[] = []

beforeAll(async () => {
  tls = makeCertificate()
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  imgcast = await createImgcast({
    store: 'memory:',
    ...{ widgets: FIXTURE_WIDGETS, workers: 1, linger: 100, allowReferrer: 'forum.example', log },
  })
  const app = http2Express(express)
  app.use(imgcast.router)
  app.use((request, response) => imgcast.handler(request, response))
  server = createSecureServer({ ...tls, allowHTTP1: true })
  server.on('request', app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy()
  await eventually(() => expect(imgcast.stats()).toMatchObject({ connections: 0, channels: 0, rooms: 0 }))
})

afterAll(async () => {
  server.close()
  await imgcast.close()
})

async function openSession(): Promise<ClientHttp2Session> {
  const session = connect(origin, { ca: tls.cert })
  session.on('error', () => {})
  sessions.push(session)
  await once(session, 'connect')
  return session
}

/** A response over HTTP/2, endless or not. */
class Answer {
  headers: IncomingHttpHeaders & { ':status'?: number | undefined } = {}
  bytes: Buffer = Buffer.alloc(0)
  parser: MultipartParser | undefined
  /** The response is complete; a bodiless one may be so with its head. */
  ended = false
  readonly stream: ClientHttp2Stream

  constructor(session: ClientHttp2Session, path: string, headers: Record<string, string>, method = 'GET') {
    const page = { Referer: 'https://forum.example/', ...headers }
    const lower = Object.entries(page).map(([name, value]) => [name.toLowerCase(), value])
    this.stream = session.request({ ':path': path, ':method': method, ...Object.fromEntries(lower) })
    this.stream.on('error', () => {})
    this.stream.on('end', () => {
      this.ended = true
    })
    this.stream.on('response', (head) => {
      this.headers = head
      const boundary = boundaryOf(head['content-type'])
      if (boundary !== undefined) this.parser = new MultipartParser(boundary)
    })
    this.stream.on('data', (bytes: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, bytes])
      this.parser?.push(bytes)
    })
  }

  async parts(count: number): Promise<Buffer[]> {
    await eventually(() => expect(this.parser?.parts.length ?? 0).toBeGreaterThanOrEqual(count))
    return this.parser?.parts.map(({ body }) => body) ?? []
  }
}

async function ask(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string> = chromium,
  method?: string,
): Promise<Answer> {
  const answer = new Answer(session, path, headers, method)
  await once(answer.stream, 'response')
  if (answer.parser === undefined && !answer.ended) await once(answer.stream, 'end')
  return answer
}

/** The same over HTTP/1.1, with TLS. */
async function askOld(path: string, headers: Record<string, string> = chromium): Promise<IncomingMessage> {
  const page = { Referer: 'https://forum.example/', ...headers }
  const request = get(origin + path, { ca: tls.cert, agent: false, headers: page })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  // A client that destroys an endless response gets the error that the server hung up.
  request.on('error', () => {})
  return response
}

describe('over HTTP/2', () => {
  test('viewers whose network is gone are counted as ghosts, each stream of them, and viewers who left are not', async () => {
    const ghosts = async () => {
      const page = await askOld('/metrics', { Authorization: `Bearer ${imgcast.token}` })
      let text = ''
      for await (const chunk of page.setEncoding('utf8')) text += chunk
      return parseMetrics(text).get('imgcast_ghosts_total') ?? Number.NaN
    }
    const before = await ghosts()
    const leaver = await openSession()
    await ask(leaver, '/counter/left.png')
    leaver.destroy()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
    const socket = once(server, 'secureConnection')
    const session = await openSession()
    await Promise.all(['/counter/a.png', '/counter/b.png'].map((path) => ask(session, path)))
    const [carrier] = (await socket) as [Socket]
    // What the kernel says when it has tried for as long as it was told.
    carrier.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }))
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
    expect((await ghosts()) - before).toBe(2)
  })

  test('a stream has the headers that HTTP/2 allows', async () => {
    const { headers } = await ask(await openSession(), '/counter.png')
    expect(headers).toMatchObject({ ':status': 200, date: expect.any(String) })
    const own = Object.entries(headers).filter(
      ([name]) => ![':status', 'date', 'x-powered-by'].includes(name),
    )
    expect(Object.fromEntries(own)).toEqual({
      'content-type': expect.stringMatching(/^multipart\/x-mixed-replace; boundary=[\w-]{30}$/),
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'timing-allow-origin': '*',
    })
  })

  test('a stream has the body that it has over HTTP/1.1', async () => {
    const session = await openSession()
    const path = '/counter/same.png?count=visitors&stale=off'
    const first = await ask(session, path)
    const still = await ask(session, `${path}&delivery=still`)
    await eventually(() => expect(first.parser?.parts.at(-1)?.body.equals(still.bytes)).toBe(true))
    const second = await ask(session, path)
    const old = await askOld(path)
    let oldBytes = Buffer.alloc(0)
    old.on('data', (bytes: Buffer) => {
      oldBytes = Buffer.concat([oldBytes, bytes])
    })
    await eventually(() => expect(oldBytes.length).toBeGreaterThan(1024))
    await eventually(() => expect(second.bytes.equals(oldBytes)).toBe(true))
    expect(old.headers['content-type']).toBe(second.headers['content-type'])
    expect(oldBytes.toString('latin1')).toMatch(/\r\nContent-Type: image\/png\r\n\r\n$/)
    old.destroy()
  })

  test('pictures keep arriving', async () => {
    const ticker = await ask(await openSession(), '/ticker.png')
    const parts = await ticker.parts(5)
    expect(new Set(parts.map((body) => body.toString('latin1'))).size).toBe(parts.length)
  })

  test('one session has many streams; each leaves separately, and the end of the session ends all', async () => {
    const session = await openSession()
    const paths = Array.from({ length: 40 }, (_, index) => `/counter/many-${index}.png`)
    const answers = await Promise.all(paths.map((path) => ask(session, path)))
    await Promise.all(answers.map((answer) => answer.parts(1)))
    expect(imgcast.stats()).toMatchObject({ connections: 40, rooms: 40 })
    answers[7]?.stream.close()
    await eventually(() => expect(imgcast.stats()).toMatchObject({ connections: 39, rooms: 39 }))
    const left = (await ask(session, '/counter/many-7.json')).bytes.toString()
    expect(JSON.parse(left)).toMatchObject({ connections: 0 })
    const right = (await ask(session, '/counter/many-8.json')).bytes.toString()
    expect(JSON.parse(right)).toMatchObject({ connections: 1, visitors: 1 })
    session.destroy()
    await eventually(() => expect(imgcast.stats()).toMatchObject({ connections: 0, rooms: 0 }))
  })

  test('a still has its headers, 304 and HEAD', async () => {
    const session = await openSession()
    const path = '/counter.png?delivery=still'
    const { headers, bytes } = await ask(session, path)
    expect(headers).toMatchObject({ ':status': 200, 'content-length': String(bytes.length) })
    const etag = String(headers.etag)
    const known = await ask(session, path, { ...chromium, 'If-None-Match': etag })
    expect([known.headers[':status'], known.bytes.length]).toEqual([304, 0])
    const head = await ask(session, path, chromium, 'HEAD')
    expect([head.headers.etag, head.headers['content-length']]).toEqual([etag, String(bytes.length)])
    expect(head.bytes.length).toBe(0)
  })

  test('Firefox is first redirected to a unique URL', async () => {
    const { headers } = await ask(await openSession(), '/counter.png?shade=1', firefox)
    expect(headers[':status']).toBe(302)
    expect(headers.location).toMatch(/^counter\.png\?shade=1&v=[\w-]+$/)
  })

  test('an error is a picture', async () => {
    const { headers, bytes } = await ask(await openSession(), '/nope.png')
    expect(headers).toMatchObject({ ':status': 404, 'content-type': 'image/png' })
    expect(String(headers['content-length'])).toBe(String(bytes.length))
  })

  test('the server’s own pages show pictures, whatever hosts are allowed', async () => {
    const session = await openSession()
    const own = await ask(session, '/counter.png', { ...chromium, Referer: `${origin}/counter/main` })
    expect(own.headers[':status']).toBe(200)
    const foreign = await ask(session, '/counter.png', { ...chromium, Referer: 'https://evil.example/' })
    expect(foreign.headers[':status']).toBe(403)
  })

  test('a page knows its own address', async () => {
    const reader = { ...chromium, 'Sec-Fetch-Dest': 'document', Accept: 'text/html' }
    const { bytes } = await ask(await openSession(), '/counter/lobby', reader)
    expect(bytes.toString()).toContain(`${origin}/counter/lobby.png`)
  })
})

test('HTTP/1.1 goes over the same port', async () => {
  const response = await askOld('/ticker.png')
  expect(response.httpVersion).toBe('1.1')
  expect(response.headers.connection).toBe('close')
  expect(response.headers['transfer-encoding']).toBeUndefined()
  const parser = new MultipartParser(boundaryOf(response.headers['content-type']) ?? '')
  response.on('data', (bytes: Buffer) => parser.push(bytes))
  await eventually(() => expect(parser.parts.length).toBeGreaterThan(2))
  expect(imgcast.stats().connections).toBe(1)
  response.destroy()
})

test.each([
  ['HTTP/2', async () => new Answer(await openSession(), '/counter/options.png', chromium)],
  [
    'HTTP/1.1',
    async () =>
      get(`${origin}/counter/options.png`, {
        ca: tls.cert,
        agent: false,
        headers: { ...chromium, Referer: 'https://forum.example/' },
        // It is destroyed below, perhaps before its response.
      }).on('error', () => {}),
  ],
] as const)('a stream over TLS has the options of its socket set: %s', async (_, ask) => {
  const accepted = once(server, 'secureConnection') as Promise<[object]>
  const answer = await ask()
  const [socket] = await accepted
  await eventually(() =>
    expect(readSocketOptions(socket)).toMatchObject({
      TCP_USER_TIMEOUT: 8000,
      TCP_KEEPIDLE: 2,
      TCP_NOTSENT_LOWAT: 16_384,
      TCP_NODELAY: 1,
    }),
  )
  if ('abort' in answer) answer.destroy()
})

test('events also work over HTTP/2', async () => {
  const session = await openSession()
  const headers = { authorization: `Bearer ${imgcast.token}` }
  const stream = session.request({ ':path': '/api/events?room=counter/told', ...headers })
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }]
  expect(head).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream; charset=utf-8' })
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const watching = new Answer(session, '/counter/told.png', chromium)
  await watching.parts(1)
  await eventually(() => expect(text).toMatch(/^event: join$/m))
  watching.stream.close()
  await eventually(() => expect(text).toMatch(/^event: leave$/m))
  stream.close()
})

test('when the server stops, streams end cleanly', async () => {
  const own = await createImgcast({
    widgets: FIXTURE_WIDGETS,
    workers: 1,
    store: 'memory:',
    logLevel: 'silent',
  })
  const app = http2Express(express).use(own.router)
  const secure = createSecureServer(tls).on('request', app).listen(0, '127.0.0.1')
  await once(secure, 'listening')
  const session = connect(`https://127.0.0.1:${(secure.address() as AddressInfo).port}`, { ca: tls.cert })
  const answer = await ask(session, '/counter.png')
  const ended = once(answer.stream, 'end')
  await answer.parts(1)
  await own.close()
  await ended
  expect(answer.parser?.closed).toBe(true)
  expect(answer.stream.rstCode).toBe(0)
  session.close()
  secure.close()
})
