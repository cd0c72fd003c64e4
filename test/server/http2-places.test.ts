import { once } from 'node:events'
import { type ClientHttp2Session, connect, createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { makeCertificate } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium } from '../support/stream-reader.ts'

const HEADERS = Object.fromEntries(
  Object.entries(chromium).map(([name, value]) => [name.toLowerCase(), value]),
)
let imgcast: Imgcast
let server: Http2SecureServer
let session: ClientHttp2Session

beforeAll(async () => {
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  imgcast = await createImgcast({
    ...{ store: 'memory:', widgets: FIXTURE_WIDGETS, workers: 1, linger: 100, log },
  })
  server = createSecureServer(makeCertificate())
  imgcast.protect(server)
  server.on('request', imgcast.handler)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  session = connect(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    rejectUnauthorized: false,
  })
  await once(session, 'remoteSettings')
})
afterEach(() => eventually(() => expect(imgcast.stats().connections).toBe(0)))
afterAll(async () => {
  session.destroy()
  server.close()
  await imgcast.close()
})

/** Requests a picture as an img of Chromium does. */
async function load(path: string) {
  const stream = session.request({ ':path': path, ...HEADERS })
  let bytes = 0
  stream
    .on('error', () => {})
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  const isStream = String(headers['content-type']).startsWith('multipart/')
  return { stream, status: headers[':status'], isStream, size: () => bytes }
}

test('of 300 pictures of a page, 200 are streams and the others stills, until streams close', async () => {
  const pictures = await Promise.all(
    Array.from({ length: 300 }, (_, index) => load(`/counter/page-${index % 5}.png`)),
  )
  expect(pictures.filter(({ status }) => status !== 200)).toEqual([])
  const streams = pictures.filter(({ isStream }) => isStream)
  expect([streams.length, imgcast.stats().connections]).toEqual([200, 200])
  const close = (picture: (typeof streams)[number]) => picture.stream.close(8)
  for (const each of streams.splice(0, 50)) close(each)
  await eventually(() => expect(imgcast.stats().connections).toBe(150))
  const next = await load('/counter/page-0.png')
  expect(next.isStream).toBe(true)
  for (const each of [...streams, next]) close(each)
})

test('a picture that its client does not read stops no other of the connection', async () => {
  // As browsers do: otherwise one unread stream uses all that the client takes of a connection.
  session.setLocalWindowSize(15_000_000)
  const [stuck, other] = [await load('/sine/stuck.png'), await load('/sine/other.png')]
  stuck.stream.pause()
  const before = other.size()
  await eventually(() => expect(other.size() - before).toBeGreaterThan(200_000), { timeout: 20_000 })
  expect(stuck.stream.closed).toBe(false)
  for (const { stream } of [stuck, other]) stream.close(8)
})
