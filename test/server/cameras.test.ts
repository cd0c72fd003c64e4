import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { findCommand } from '../../src/system/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

const token = 'a-token-of-the-tests'
const IMAGE = { 'Sec-Fetch-Dest': 'image' }
const PROGRAM = { 'User-Agent': 'Lavf/61.7', Accept: '*/*', 'Sec-Fetch-Dest': '' }
const WAIT = { timeout: 20_000 }
const red = plainFrame('#ff0000', { format: 'jpeg', width: 40, height: 20 }).bytes
const blue = plainFrame('#0000ff', { format: 'jpeg', width: 40, height: 20 }).bytes
const folder = mkdtempSync(join(tmpdir(), 'imgcast-cameras-'))
const file = join(folder, 'cameras.yaml')

interface Words {
  camera: { why: string }
  alt: string
}

let server: TestServer
let upstream: Server
/** An HTTP/1.0 server: a head, then parts until the connection closes. */
let old: TcpServer
let site: string
/** The open streams of the upstream, by path. */
const open = new Map<string, Set<ServerResponse>>()
let fetched = 0

const part = (bytes: Buffer) =>
  Buffer.concat([
    Buffer.from(`--x\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const { pathname: path } = new URL(request.url ?? '', 'http://x')
    if (path === '/still') {
      fetched += 1
      return void response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(fetched % 2 ? red : blue)
    }
    if (path === '/loop') return void response.writeHead(302, { Location: '/loop' }).end()
    if (path === '/secret' && request.headers.authorization !== `Basic ${btoa('me:my word')}`)
      return void response.writeHead(401).end()
    if (path === '/html')
      return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('x'.repeat(100_000))
    if (path === '/empty')
      return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('Not here')
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=x' })
    if (path !== '/late') response.write(part(red))
    else response.flushHeaders()
    const streams = open.get(path) ?? new Set()
    open.set(path, streams.add(response))
    response.on('close', () => streams.delete(response))
  })
  old = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=--x\r\n\r\n')
    socket.write(part(blue))
  })
  for (const each of [upstream, old]) {
    each.listen(0, '127.0.0.1')
    await new Promise((resolve) => each.once('listening', resolve))
  }
  site = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
  const port = (old.address() as AddressInfo).port
  const cameras = {
    stream: `${site}/stream`,
    secret: `${site.replace('//', '//me:my%20word@')}/secret`,
    refused: `${site}/secret?token=abc`,
    late: `${site}/late`,
    loop: `${site}/loop`,
    html: `${site}/html`,
    old: `http://127.0.0.1:${port}/`,
    still: { source: `${site}/still`, every: '100ms' },
    robot: { kind: 'push', name: 'Robot' },
    single: { source: `${site}/still`, kind: 'mjpeg' },
    empty: `${site}/empty`,
    lavfi: { source: 'testsrc=size=64x48:rate=10', input: ['-re', '-f', 'lavfi'] },
  }
  writeFileSync(file, JSON.stringify({ cameras }))
  const options = { token, cameras: file, linger: 300, maxCameras: 4, livePerBrowser: 0 }
  server = await startServer({ ...options, compat: 'mjpg-streamer' })
})

afterAll(async () => {
  await server.close()
  for (const each of [upstream, old]) each.close()
  upstream.closeAllConnections()
  rmSync(folder, { recursive: true })
})

const headers = { Authorization: `Bearer ${token}` }
// biome-ignore lint/suspicious/noExplicitAny: every test knows what it requested.
const report = async (key: string): Promise<any> =>
  (await fetch(`${server.url}/api/cameras/${key}`, { headers })).json()
const still = async (path: string) => {
  const response = await fetch(`${server.url}/camera/${path}`)
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
}
const watch = (path: string) => openStream(`${server.url}/camera/${path}`, { headers: IMAGE })
const push = (key: string, bytes: Buffer) =>
  fetch(`${server.url}/api/cameras/${key}/frames`, { method: 'POST', headers, body: new Uint8Array(bytes) })
const isIdle = (key: string) => eventually(async () => expect((await report(key)).state).toBe('idle'), WAIT)

describe('a camera', () => {
  test('is one stream however many watch, its frames untouched, and stops after the last', async () => {
    const viewers = await Promise.all([0, 1, 2].map(() => watch('stream.jpg')))
    for (const viewer of viewers)
      await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(red)), 'the first frame')
    expect(open.get('/stream')?.size).toBe(1)
    for (const response of open.get('/stream') ?? []) response.write(part(blue))
    for (const viewer of viewers)
      await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(blue)), 'the second frame')
    expect(await report('stream')).toMatchObject({
      state: 'live',
      kind: 'mjpeg',
      viewers: 3,
      looks: 1,
      frames: 2,
      from: 'file',
    })
    for (const viewer of viewers) viewer.close()
    await eventually(() => expect(open.get('/stream')?.size).toBe(0), WAIT)
    await isIdle('stream')
  })

  test('is read with its password, which nobody sees', async () => {
    expect((await still('secret.jpg')).bytes.equals(red)).toBe(true)
    expect(JSON.stringify(await report('secret'))).not.toMatch(/me:|word/)
  })

  test('is read from an HTTP/1.0 server with a boundary of dashes', async () => {
    expect((await still('old.jpg')).bytes.equals(blue)).toBe(true)
  })

  test('gives a program its first frame first, and a browser a card meanwhile', async () => {
    const browser = await watch('late.jpg')
    expect((await browser.nextPart()).body.equals(red)).toBe(false)
    // No header comes before the first part.
    const program = openStream(`${server.url}/camera/late.mjpeg`, { headers: PROGRAM })
    await eventually(async () => {
      expect((await report('late')).viewers).toBe(2)
      expect(open.get('/late')?.size).toBe(1)
    }, WAIT)
    for (const response of open.get('/late') ?? []) response.write(part(red))
    const reader = await program
    expect((await reader.nextPart()).body.equals(red)).toBe(true)
    await browser.waitFor(({ parts }) => parts.some(({ body }) => body.equals(red)), 'the first frame')
    for (const viewer of [browser, reader]) viewer.close()
    await isIdle('late')
  })

  test.each([
    ['refused', 'the camera returned status 401 Unauthorized'],
    ['loop', 'more than 3 redirects'],
    ['html', 'expected JPEG frames, got 100000 bytes without one'],
  ])('%s says why it has no picture', async (key, why) => {
    await Promise.all(['refused', 'loop', 'html'].filter((each) => each !== key).map(isIdle))
    const viewer = await watch(`${key}.jpg`)
    await eventually(async () => expect((await report(key)).why).toContain(why), WAIT)
    const { status, bytes } = await still(`${key}.jpg`)
    // The card of the stream, and not a picture with a caption alone.
    expect(status).toBe(503)
    await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(bytes)), 'the same card')
    const { camera, alt } = (await (await fetch(`${server.url}/camera/${key}.json`)).json()) as Words
    expect(camera).toMatchObject({ name: key, state: 'offline' })
    expect([camera.why, alt].every((text) => text.includes(why) && !text.includes('abc'))).toBe(true)
    expect(alt).toMatch(/ is offline since [\d-]{10} [\d:]{8} UTC: /)
    viewer.close()
  })

  test('is drawn in the looks that URLs ask for', async () => {
    await push('robot', red)
    const { width, height, data } = await decode((await still('robot.png?width=80&overlay=name')).bytes)
    expect([width, height]).toEqual([80, 40])
    expect([...data.slice((30 * 80 + 40) * 4).slice(0, 3)]).toEqual([254, 0, 0])
    expect((await still('robot.jpg?rotate=90')).bytes.equals(red)).toBe(false)
    await isIdle('robot')
  })

  test('shows pushed frames at once, one by one or as a stream without an end', async () => {
    const viewer = await watch('robot.jpg')
    await push('robot', blue)
    await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(blue)), 'a pushed frame')
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new Uint8Array(part(red)))
      },
    })
    const abort = new AbortController()
    const pushing = fetch(`${server.url}/api/cameras/robot/frames`, {
      ...{ method: 'POST', headers, body, duplex: 'half', signal: abort.signal },
    } as RequestInit).catch(() => {})
    await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(red)), 'a frame of the stream')
    abort.abort()
    await pushing
    viewer.close()
  })

  test('that is set by the API takes pushed frames', async () => {
    const url = `${server.url}/api/cameras/pushed`
    const body = JSON.stringify({ kind: 'push', name: 'Robot' })
    const response = await fetch(url, { method: 'PUT', headers, body })
    expect(await response.json()).toMatchObject({ kind: 'push', name: 'Robot', from: 'api' })
    await push('pushed', red)
    expect((await still('pushed.jpg')).bytes.equals(red)).toBe(true)
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(204)
  })

  test.each([
    ['single', 'got a still: `every`'],
    ['empty', 'expected JPEG frames, got text/html'],
  ])('whose source is %s instead of a stream says so', async (key, words) => {
    const viewer = await watch(`${key}.jpg`)
    await eventually(async () => expect((await report(key)).why).toContain(words), WAIT)
    viewer.close()
    await eventually(async () => expect((await report(key)).state).toBe('idle'), WAIT)
  })

  test('that is a still is fetched again and again', async () => {
    const viewer = await watch('still.jpg')
    for (const bytes of [red, blue])
      await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(bytes)), 'both pictures')
    viewer.close()
    await isIdle('still')
  })

  test('keeps its last picture, marked, when its source is gone', async () => {
    const viewer = await watch('stream.jpg')
    await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(red)), 'the first frame')
    const before = viewer.parts.length
    const response = [...(open.get('/stream') ?? [])][0]
    response?.destroy()
    // It connects again at once, and lives.
    await eventually(async () => expect((await report('stream')).restarts).toBeGreaterThan(0), WAIT)
    await viewer.waitFor(
      ({ parts }) => parts.slice(before).some(({ body }) => body.equals(red)),
      'its picture again',
    )
    viewer.close()
    await isIdle('stream')
  })

  test('has the paths of mjpg-streamer and ustreamer', async () => {
    const viewer = await openStream(`${server.url}/?action=stream`)
    await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(red)), 'the first camera')
    const snapshot = await fetch(`${server.url}/snapshot`)
    expect(Buffer.from(await snapshot.arrayBuffer()).equals(red)).toBe(true)
    expect(await (await fetch(`${server.url}/state`)).json()).toMatchObject({
      ok: true,
      result: {
        source: { online: true, resolution: { width: 40, height: 20 } },
        stream: { clients: 1 },
      },
    })
    viewer.close()
    // Other paths are as before.
    expect((await fetch(`${server.url}/?other=1`)).headers.get('content-type')).toContain('text/html')
    await isIdle('stream')
  })

  test('beyond the limit says that too many run, also to a still', async () => {
    const viewers = await Promise.all(['stream.jpg', 'secret.jpg', 'old.jpg', 'still.jpg'].map(watch))
    for (const viewer of viewers) await viewer.nextPart()
    await expect(server.imgcast.render('/camera/loop.jpg')).rejects.toThrow(/too many cameras run/)
    // A program that reads the stream would take no picture of another size.
    await push('robot', red)
    // Until it was pushed a second ago it is fresh. Each look is a picture without an older one.
    let look = 0
    const card = await eventually(async () => {
      look += 1
      const sent = await still(`robot.png?overlay=${look}`)
      expect(sent.status).toBe(503)
      return sent
    }, WAIT)
    expect(await decode(card.bytes)).toMatchObject({ width: 40, height: 20 })
    for (const viewer of viewers) viewer.close()
    for (const key of ['stream', 'secret', 'old', 'still']) await isIdle(key)
  })

  test('of no configuration is a 404, and the file is read again when it changes', async () => {
    for (const name of ['later.jpg', 'later.json', 'later.txt']) expect((await still(name)).status).toBe(404)
    const response = await fetch(`${server.url}/api/cameras/stream`, { method: 'DELETE', headers })
    expect(response.status).toBe(409)
    const viewer = await watch('later.jpg')
    writeFileSync(
      file,
      `later: ${site}/later\nlavfi: { source: "testsrc=size=64x48:rate=10", input: [-re, -f, lavfi] }\n`,
    )
    await viewer.waitFor(({ parts }) => parts.some(({ body }) => body.equals(red)), 'the new camera')
    viewer.close()
    expect((await still('stream.jpg')).status).toBe(404)
  })
})

test.skipIf(!findCommand('ffmpeg'))('ffmpeg is one process, which ends after its last viewer', async () => {
  const viewers = await Promise.all(['lavfi.jpg', 'lavfi.mjpeg', 'lavfi.jpg?width=32'].map(watch))
  for (const viewer of viewers) await viewer.waitFor(({ parts }) => parts.length > 3, 'frames')
  expect(await report('lavfi')).toMatchObject({
    state: 'live',
    kind: 'ffmpeg',
    viewers: 3,
    looks: 2,
    restarts: 0,
  })
  for (const viewer of viewers) viewer.close()
  await isIdle('lavfi')
})
