import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import express5 from 'express'
import fastify from 'fastify'
import helmet from 'helmet'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium, firefox, openStream } from '../support/stream-reader.ts'

/** The parts of Koa that an app with Imgcast uses; it has no types of its own. */
interface Koa {
  use(middleware: (context: KoaContext, next: () => Promise<void>) => unknown): Koa
  callback(): RequestListener
}
interface KoaContext {
  path: string
  req: IncomingMessage
  res: ServerResponse
  respond: boolean
  body: unknown
}

const require = createRequire(import.meta.url)
const express4 = require('express4') as typeof express5
const compression = require('compression') as () => express5.RequestHandler
const KoaApp = require('koa') as new () => Koa
const OWN = 'the host’s own page'

let imgcast: Imgcast

/** A listener for each kind of app, as docs/embedding.md writes it. */
const APPS: Record<string, () => RequestListener | Promise<RequestListener>> = {
  'node:http': () => {
    const live = imgcast.handlerAt('/live')
    return (request, response) => {
      if (request.url?.startsWith('/live/')) live(request, response)
      else response.end(OWN)
    }
  },
  Fastify: async () => {
    const app = fastify()
    const live = imgcast.handlerAt('/live')
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      scope.all('/live/*', (request, reply) => {
        reply.hijack()
        live(request.raw, reply.raw)
      })
    })
    app.get('/', () => OWN)
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  Koa: () => {
    const live = imgcast.handlerAt('/live')
    return new KoaApp()
      .use((context, next) => {
        if (!context.path.startsWith('/live/')) return next()
        context.respond = false
        live(context.req, context.res)
      })
      .use((context) => {
        context.body = OWN
      })
      .callback()
  },
  Hono: () => {
    const live = imgcast.handlerAt('/live')
    const app = new Hono<{ Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }>()
    app.all('/live/*', (context) => {
      live(context.env.incoming, context.env.outgoing)
      return RESPONSE_ALREADY_SENT
    })
    app.get('/', (context) => context.text(OWN))
    return getRequestListener(app.fetch)
  },
  'Express 5 behind helmet, compression and express.json': () => crowded(express5),
  'Express 4 behind helmet, compression and express.json': () => crowded(express4),
}

function crowded(express: typeof express5): RequestListener {
  const app = express()
  app.use(helmet(), compression(), express.json())
  app.use('/live', imgcast.router)
  app.get('/', (_request, response) => void response.send(OWN))
  return app
}

beforeAll(async () => {
  imgcast = await createImgcast({
    widgets: FIXTURE_WIDGETS,
    workers: 1,
    store: 'memory:',
    logLevel: 'silent',
  })
})
afterAll(() => imgcast.close())

describe.each(Object.keys(APPS))('in an app of %s', (name) => {
  let server: Server
  let origin: string

  beforeAll(async () => {
    const listener = await APPS[name]?.()
    server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  test('a picture streams uncompressed to other sites, and its leaver is noticed', async () => {
    const headers = { ...chromium, 'Accept-Encoding': 'gzip, deflate, br' }
    const stream = await openStream(`${origin}/live/ticker.png`, { headers })
    expect(stream.headers['content-type']).toMatch(/^multipart\/x-mixed-replace; boundary=/)
    expect(stream.headers['content-encoding']).toBeUndefined()
    expect(stream.headers['cross-origin-resource-policy']).toBe('cross-origin')
    for (let count = 0; count < 3; count += 1) await stream.nextPart()
    expect(imgcast.stats().connections).toBe(1)
    stream.close()
    await eventually(() => expect(imgcast.stats().connections).toBe(0))
  })

  test('stills, redirects, pages, errors and the API work below the path', async () => {
    const still = await fetch(`${origin}/live/counter/lobby.png`)
    expect([still.status, still.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect((await still.arrayBuffer()).byteLength).toBe(Number(still.headers.get('content-length')))
    const moved = await fetch(`${origin}/live/counter/lobby.png`, { headers: firefox, redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([
      302,
      expect.stringMatching(/^lobby\.png\?v=/),
    ])
    const gallery = await (await fetch(`${origin}/live/`, { headers: { Accept: 'text/html' } })).text()
    expect(gallery).toContain(`${origin}/live/counter`)
    const wrong = await fetch(`${origin}/live/nope.png`, { headers: chromium })
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([404, 'image/png'])
    const put = await fetch(`${origin}/live/api/status/build`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${imgcast.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ schemaVersion: 1, label: 'build', message: `set in ${name}` }),
    })
    expect(put.status).toBe(200)
    const data = await (await fetch(`${origin}/live/status/build.json`)).json()
    expect(data).toMatchObject({ message: `set in ${name}` })
    expect(await (await fetch(`${origin}/`)).text()).toBe(OWN)
  })
})

test('a path that is none is refused where it is written', () => {
  for (const path of ['', '/', 'live', '/live/', '/a b'])
    expect(() => imgcast.handlerAt(path)).toThrow(/expected a path like \/live/)
})

test('an app that esbuild has bundled, with its packages left outside, shows its pictures', {
  timeout: 90_000,
}, async () => {
  const folder = mkdtempSync(fileURLToPath(new URL('../.tmp-bundle-', import.meta.url)))
  try {
    writeFileSync(
      join(folder, 'app.ts'),
      `import { createServer } from 'node:http'
       import { createImgcast } from 'imgcast'
       const imgcast = await createImgcast({ workers: 1, store: 'memory:', logLevel: 'silent' })
       const server = createServer(imgcast.handler).listen(0, async () => {
         const { port } = server.address() as { port: number }
         const response = await fetch(\`http://127.0.0.1:\${port}/online.png\`)
         console.log(response.status, response.headers.get('content-type'))
         server.close()
         await imgcast.close()
         server.closeAllConnections()
       })`,
    )
    const run = promisify(execFile)
    const esbuild = fileURLToPath(new URL('../../node_modules/esbuild/bin/esbuild', import.meta.url))
    const options = [
      '--bundle',
      '--packages=external',
      '--platform=node',
      '--format=esm',
      '--outfile=app.mjs',
      '--tsconfig-raw={}',
    ]
    await run(esbuild, ['app.ts', ...options], { cwd: folder })
    expect(readFileSync(join(folder, 'app.mjs'), 'utf8')).toContain('from "imgcast"')
    const { stdout } = await run(process.execPath, ['app.mjs'], { cwd: folder })
    expect(stdout).toBe('200 image/png\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
