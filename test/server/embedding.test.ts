import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { loadImage } from '@napi-rs/canvas'
import express5 from 'express'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium, firefox, openStream, type RawStream } from '../support/stream-reader.ts'

// The older Express has no types of its own; what is used here is the same in both.
const express4 = createRequire(import.meta.url)('express4') as typeof express5
const READER = { ...chromium, 'Sec-Fetch-Dest': 'document', Accept: 'text/html,*/*;q=0.8' }

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('in an app of %s', (_version, express) => {
  let imgcast: Imgcast
  let server: Server
  let origin: string
  const streams: RawStream[] = []

  beforeAll(async () => {
    const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
    imgcast = await createImgcast({ widgets: FIXTURE_WIDGETS, workers: 1, store: 'memory:', log })
    const app = express()
    app.use(express.json())
    app.get('/', (_request, response) => void response.send('the host’s own page'))
    app.use('/live', imgcast.router)
    app.use((_request, response) => void response.status(404).send('the host’s own 404'))
    server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
  })

  afterAll(async () => {
    server.close()
    await imgcast.close()
    server.closeAllConnections()
  })

  async function open(path: string, headers: Record<string, string> = {}): Promise<RawStream> {
    const stream = await openStream(origin + path, { headers })
    streams.push(stream)
    return stream
  }

  test('a picture is a still', async () => {
    const response = await fetch(`${origin}/live/counter/lobby.png?width=99`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect((await loadImage(Buffer.from(await response.arrayBuffer()))).width).toBe(40)
  })

  test('a picture is a stream, and its leaver is noticed', async () => {
    const stream = await open('/live/ticker.png')
    expect(stream.headers['content-type']).toMatch(/^multipart\/x-mixed-replace; boundary=/)
    expect(stream.headers['transfer-encoding']).toBeUndefined()
    for (let count = 0; count < 3; count += 1) await stream.nextPart()
    expect(imgcast.stats().connections).toBe(1)
    stream.close()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
  })

  test('Firefox is sent to a URL below the mount', async () => {
    const { status, headers } = await open('/live/counter/lobby.png?shade=1', firefox)
    const { pathname, search } = new URL(headers.location ?? '', `${origin}/live/counter/lobby.png?shade=1`)
    expect({ status, pathname }).toEqual({ status: 302, pathname: '/live/counter/lobby.png' })
    expect(search).toMatch(/^\?shade=1&v=[\w-]+$/)
    expect((await open(pathname + search, firefox)).status).toBe(200)
  })

  test.each(['/live/', '/live', '/live/counter/lobby', '/live/counter/lobby.png'])(
    'the page %s shows and links only paths below the mount',
    async (path) => {
      const response = await fetch(origin + path, { headers: READER })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^text\/html/)
      const html = await response.text()
      expect(html).toContain(`${origin}/live/counter`)
      const links = [...html.matchAll(/\s(?:src|href|action)="([^"#]+)"/g)].map(([, link = '']) => link)
      expect(links.length).toBeGreaterThan(1)
      for (const link of links) expect(link).toMatch(/^(\/live(\/|$)|http:\/\/127\.0\.0\.1:\d+\/live\/)/)
      const stylesheet = links.find((link) => link.includes('.css')) ?? ''
      expect((await fetch(new URL(stylesheet, origin + path))).status).toBe(200)
    },
  )

  test('health and data are below the mount', async () => {
    expect(await (await fetch(`${origin}/live/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${origin}/live/readyz`)).json()).toEqual({ status: 'ok' })
    const data = await (await fetch(`${origin}/live/counter/lobby.json`)).json()
    expect(data).toMatchObject({ room: 'counter/lobby', connections: 0 })
  })

  test.each([
    ['passing', {}],
    ['passing again', { 'Content-Type': 'application/json' }],
  ])(
    'the API accepts a status (%s), also if the host’s own middleware has read it',
    async (message, type) => {
      const answer = await fetch(`${origin}/live/api/status/build`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${imgcast.token}`, ...type },
        body: JSON.stringify({ schemaVersion: 1, label: 'build', message }),
      })
      expect(answer.status).toBe(200)
      const data = await (await fetch(`${origin}/live/status/build.json`)).json()
      expect(data).toMatchObject({ message })
    },
  )

  test('errors are pictures, and the host’s own pages stay its own', async () => {
    const wrong = await fetch(`${origin}/live/nope.png`, { headers: chromium })
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([404, 'image/png'])
    expect(await (await fetch(origin)).text()).toBe('the host’s own page')
    expect(await (await fetch(`${origin}/counter.png`)).text()).toBe('the host’s own 404')
  })
})

test.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('at the root of an app of %s, paths of the host stay its own', async (_version, express) => {
  const imgcast = await createImgcast({ workers: 1, store: 'memory:', logLevel: 'silent' })
  const app = express()
  app.use(imgcast.router)
  app.use((_request, response) => void response.status(404).send('the host’s own 404'))
  const server = app.listen(0, '127.0.0.1')
  try {
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const path of ['/about', '/logo.png', '/css/main.css']) {
      const own = await fetch(url + path, { headers: chromium })
      expect([own.status, await own.text()]).toEqual([404, 'the host’s own 404'])
    }
    expect((await fetch(`${url}/online.png`)).headers.get('content-type')).toBe('image/png')
    expect((await fetch(`${url}/online/a%20b.png`)).status).toBe(400)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  } finally {
    server.close()
    await imgcast.close()
    server.closeAllConnections()
  }
})

test('after its end, an image load still gets an error picture', async () => {
  const imgcast = await createImgcast({ workers: 1, store: 'memory:', logLevel: 'silent' })
  const server = express5().use('/live', imgcast.router).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  await imgcast.close()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live/online.png`
  const { status, headers } = await fetch(url, { headers: chromium })
  server.close()
  expect(status).toBe(503)
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect(headers.get('content-type')).toBe('image/png')
})

test('leaves the Express of its host as it was', async () => {
  const before = Object.getOwnPropertyDescriptors(express5.application)
  const imgcast = await createImgcast({ workers: 1, store: 'memory:', logLevel: 'silent' })
  expect(Object.getOwnPropertyDescriptors(express5.application)).toEqual(before)
  const server = express5()
    .use((_request, response) => void response.send('the host’s own page'))
    .listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  server.close()
  await imgcast.close()
  expect(headers.get('x-powered-by')).toBe('Express')
})
