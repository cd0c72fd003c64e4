import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OutgoingClient } from '../../src/system/outgoing.ts'
import { RemoteImages } from '../../src/system/remote-images.ts'
import { loadImage as loadForWidget } from '../../src/widget/load-image.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium } from '../support/stream-reader.ts'

/** Its `load` is no async function: only the call of `loadImage` is in the author's code. */
const MISSING = `
import { defineWidget, loadImage, param } from 'imgcast/widget'
export default defineWidget({
  title: 'Missing',
  size: { width: 40, height: 10 },
  params: { from: param.text('', { max: 200 }) },
  load: ({ params, state }) =>
    params.from === 'state' ? state.get('no such name') :
    loadImage(params.from || new URL('none.png', import.meta.url)),
  draw() {},
})
`

const WIDGET = `
import { createCanvas, defineWidget, ImageData, loadImage, param, Path2D } from 'imgcast/widget'
export default defineWidget({
  title: 'Collage',
  size: { width: 40, height: 10 },
  params: { from: param.text('', { max: 200 }) },
  async load({ params }) {
    return { file: await loadImage(new URL('dot.png', import.meta.url)), remote: await loadImage(params.from) }
  },
  draw(ctx, { data }) {
    ctx.drawImage(data.file, 0, 0, 10, 10)
    ctx.drawImage(data.remote, 10, 0, 10, 10)
    const canvas = createCanvas(10, 10)
    const own = canvas.getContext('2d')
    own.fillStyle = '#00f'
    const path = new Path2D()
    path.rect(0, 0, 10, 10)
    own.fill(path)
    ctx.drawImage(canvas, 20, 0)
    const pixels = new ImageData(new Uint8ClampedArray(400).fill(255), 10, 10)
    own.putImageData(pixels, 0, 0)
    ctx.drawImage(canvas, 30, 0)
  },
})
`

let folder: string
let site: Server
let origin: string
let requests: string[] = []
let server: TestServer

function dot(color: string, side = 4): Buffer {
  const canvas = createCanvas(side, side)
  const ctx = canvas.getContext('2d')
  ctx.fillStyle = color
  ctx.fillRect(0, 0, side, side)
  return canvas.toBuffer('image/png')
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'collage-'))
  // As npm link, pnpm and workspaces install it.
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'node_modules/imgcast'))
  writeFileSync(join(folder, 'collage.mjs'), WIDGET)
  writeFileSync(join(folder, 'missing.mjs'), MISSING)
  writeFileSync(join(folder, 'dot.png'), dot('#f00'))
  site = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (request.url === '/green.png') response.end(dot('#0f0'))
    else if (request.url === '/words') response.end('words')
    else if (request.url?.startsWith('/large')) response.end(Buffer.alloc(6 * 2 ** 20))
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  server = await startServer({ widgets: folder, allowPrivateTargets: true, showSource: 'on' })
})
afterAll(async () => {
  await server.close()
  site.close()
  rmSync(folder, { recursive: true })
})

test('a widget of a linked package draws files, pictures of other servers, canvases, paths and pixels', async () => {
  const response = await fetch(`${server.url}/collage/x.png?from=${origin}/green.png`)
  expect(response.status).toBe(200)
  const image = await loadImage(Buffer.from(await response.arrayBuffer()))
  const ctx = createCanvas(40, 10).getContext('2d')
  ctx.drawImage(image, 0, 0)
  const colors = [5, 15, 25, 35].map((x) => [...ctx.getImageData(x, 5, 1, 1).data.subarray(0, 3)])
  expect(colors).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ])
})

test('a picture of another server is requested once for all its readers', async () => {
  requests = []
  const images = new RemoteImages(new OutgoingClient({ allowPrivateTargets: true }))
  const all = await Promise.all([1, 2, 3].map(() => images.fetch(`${origin}/green.png`)))
  await images.fetch(`${origin}/green.png`)
  expect([requests.length, new Set(all).size]).toEqual([1, 1])
})

test.each([
  ['a private address', false, '/green.png', /127\.0\.0\.1.*is not a public address/],
  ['nothing', true, '/missing', /127\.0\.0\.1:\d+: status 404 Not Found/],
  ['more than five megabytes', true, '/large', /5242880/],
])(
  '%s is refused, with no more of the address than its host',
  async (_, allowPrivateTargets, path, message) => {
    const images = new RemoteImages(new OutgoingClient({ allowPrivateTargets }))
    const loading = images.fetch(`${origin}${path}?secret=1`.replace('.png?secret=1', '.png'))
    await expect(loading).rejects.toThrow(message)
    await expect(loading).rejects.not.toThrow(/secret/)
  },
)

test.each([
  ['words', 'expected a PNG, JPEG, GIF, WebP or SVG', Buffer.from('words')],
  ['a relative path', 'use new URL("dot.png", import.meta.url)', 'dot.png'],
  ['a picture of too many pixels', 'at most 16 million pixels, got 60000 x 60000', large()],
])('%s cannot be loaded', async (_, message, source) => {
  await expect(loadForWidget(source)).rejects.toThrow(message)
})

test.each([
  ['a file that is missing', '', /missing\.mjs:9<.*ENOENT/s],
  ['a picture of another server', '/missing', /missing\.mjs:9<.*status 404/s],
  ['words instead of a picture', '/words', /missing\.mjs:9<.*expected a PNG/s],
  ['a refused state call', 'state', /missing\.mjs:8<.*no such name/s],
])('the page of a picture whose `load` fails late names the line: %s', async (_, from, report) => {
  const query = from.startsWith('/') ? `?from=${origin}${from}` : `?from=${from}`
  expect((await fetch(`${server.url}/missing/x.png${query}`)).status).toBe(500)
  const page = await fetch(`${server.url}/missing/x${query}`, {
    headers: { ...chromium, Accept: 'text/html', 'Sec-Fetch-Dest': 'document' },
  })
  expect(await page.text()).toMatch(report)
})

/** The head of a PNG is enough: no larger picture is decoded. */
function large(): Buffer {
  const bytes = dot('#000')
  bytes.writeUInt32BE(60_000, 16)
  bytes.writeUInt32BE(60_000, 20)
  return bytes
}
