import { readFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../support/server.ts'

const source = readFileSync('public/live-img.js', 'utf8')

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('the module of <live-img> takes less than 4 kB compressed, and imports nothing', () => {
  expect(gzipSync(source, { level: 9 }).length).toBeLessThan(4_000)
  expect(brotliCompressSync(source).length).toBeLessThan(4_000)
  expect(source).not.toMatch(/^import\b|\bimport\(/m)
  // Bundlers take such an address for that of a file.
  expect(source).not.toMatch(/new URL\([^)]*import\.meta/)
})

test('pages of any origin may load it, compressed and cached', async () => {
  const response = await fetch(`${server.url}/live-img.js`)
  expect(await response.text()).toBe(source)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'gzip',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'public, max-age=3600',
  })
  const etag = response.headers.get('etag') ?? ''
  const again = await fetch(`${server.url}/live-img.js`, { headers: { 'If-None-Match': etag } })
  expect(again.status).toBe(304)
  const plain = await fetch(`${server.url}/live-img.js`, { headers: { 'Accept-Encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
})

test('its modules can be imported on a server, where they define nothing', async () => {
  const { LiveImg } = (await import('../../../public/live-img.js' as string)) as { LiveImg: unknown }
  expect(LiveImg).toBeTypeOf('function')
  const react = (await import('../../../public/react.js' as string)) as { LiveImage: unknown }
  const { createElement } = await import('react')
  const { renderToString } = (await import('react-dom/server' as string)) as {
    renderToString(element: unknown): string
  }
  const props = { src: '/live/online/lobby.png', alt: 'People', width: 170, className: 'wide' }
  expect(renderToString(createElement(react.LiveImage as never, props as never))).toBe(
    '<live-img alt="People" width="170" class="wide" src="/live/online/lobby.png"></live-img>',
  )
})
