import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createErrorHandler } from '../../../src/http/error-handler.ts'
import { FailureLog } from '../../../src/http/failure-log.ts'
import { createOembedRoute } from '../../../src/http/picture/oembed-route.ts'
import { toManifest } from '../../../src/widget/manifest.ts'
import type { Widget } from '../../../src/widget/widget.ts'
import online from '../../../widgets/online.ts'
import status from '../../../widgets/status.ts'

let server: Server
let url: string

beforeAll(async () => {
  const widgets = { online, status } as unknown as Record<string, Widget>
  const manifests = new Map(
    Object.entries(widgets).map(([name, widget]) => [name, toManifest(name, '', widget)]),
  )
  const log = pino({ level: 'silent' })
  const app = express()
  app.use('/live', createOembedRoute({ manifests }, undefined))
  app.use(createErrorHandler(new FailureLog(log, { note() {} } as never)))
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`
})
afterAll(() => server.close())

const ask = async (of: string, more = '') => {
  const response = await fetch(`${url}/oembed?url=${encodeURIComponent(of)}${more}`)
  return { status: response.status, body: await response.json() }
}

test('a picture and its page are one photo, with the look of the address', async () => {
  const photo = {
    ...{ version: '1.0', type: 'photo', title: 'Watching now', width: 300, height: 40 },
    ...{ provider_name: 'Imgcast', provider_url: `${url}/` },
  }
  for (const path of ['/online/blog', '/online/blog.png', '/online/blog.svg'])
    expect(await ask(`${url}${path}?width=300`)).toEqual({
      status: 200,
      body: { ...photo, url: `${url}/online/blog.png?width=300` },
    })
  expect((await ask(`${url}/online`)).body).toMatchObject({ url: `${url}/online/main.png`, width: 170 })
})

test('the size is scaled down to what the site has room for', async () => {
  expect((await ask(`${url}/online/x`, '&maxwidth=85')).body).toMatchObject({ width: 85, height: 20 })
  expect((await ask(`${url}/online/x`, '&maxheight=10&maxwidth=1000')).body).toMatchObject({ height: 10 })
  expect((await ask(`${url}/online/x`, '&maxwidth=wide')).body).toMatchObject({ width: 170 })
})

test.each([
  ['https://elsewhere.example/online/x', '', 404],
  ['nonsense', '', 400],
  ['/nothing/x', '', 404],
  ['/online/a%20b', '', 400],
  ['/a/b/c', '', 404],
  ['/online/x', '&format=xml', 501],
])('%s%s is refused with %i', async (of, more, expected) => {
  expect((await ask(of.startsWith('/') ? url + of : of, more)).status).toBe(expected)
})
