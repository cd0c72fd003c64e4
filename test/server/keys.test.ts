import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadImage } from '@napi-rs/canvas'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pixelOf } from '../support/pixels.ts'
import { startServer, type TestServer } from '../support/server.ts'

const WIDGETS = {
  pages: `key: param.choice(['home', 'about']), onClick: ({ action, state }) => state.set('action', action),`,
  years: `key: { pattern: /\\d{4}/, default: '2027' },`,
  content: `key: param.text('build', { max: 255 }), stateless: true,
    load: async ({ state }) => ({ refused: await state.set('n', 1).catch(({ message }) => message), n: await state.get('n') }),
    json: ({ key, data, visitors }) => ({ key, visitors, ...data }),`,
}
const folder = mkdtempSync(join(tmpdir(), 'imgcast-keys-'))
let server: TestServer
let token: string

beforeAll(async () => {
  for (const [name, parts] of Object.entries(WIDGETS)) {
    const code = `import { defineWidget, param } from 'imgcast/widget'
export default defineWidget({ title: 'It', size: { width: 10, height: 10 }, ${parts} draw() {} })`
    writeFileSync(join(folder, `${name}.mjs`), code)
  }
  server = await startServer({ widgets: folder })
  token = server.imgcast.token
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const api = (path: string) => request(server.url).get(`/api${path}`).set('Authorization', `Bearer ${token}`)

test.each([
  ['/pages/home.png', 200],
  ['/pages.png', 200],
  ['/pages/main.png', 404],
  ['/pages/main.json', 404],
  ['/pages/main', 404],
  ['/years.json', 200],
  ['/years/1999.png', 200],
  ['/years/19990.png', 404],
  ['/content/a%2Fb%20c-%C3%BCber.png', 200],
  [`/content/${'x'.repeat(255)}.png`, 200],
  [`/content/${'x'.repeat(256)}.png`, 404],
  ['/online/a%2Fb.png', 400],
  ['/grid/main.json?show=pages/home,content/a%252Cb,years', 200],
  ['/grid/main.json?show=pages/main', 400],
  ['/grid/main.png?show=pages/home,pages/main,nothing,online?count=x', 200],
  ['/pages/home/click/up', 204],
  ['/pages/other/click/up', 404],
])('%s returns %i', async (path, status) => {
  await request(server.url).get(path).expect(status)
})

test('a wrong picture among right ones is a card in its place', async () => {
  const [whole, alone] = await Promise.all(
    ['show=pages/home,pages/home', 'show=pages/home,pages/main'].map(async (query) =>
      loadImage((await request(server.url).get(`/grid/main.png?${query}&gap=0&scale=2`).expect(200)).body),
    ),
  )
  expect([whole?.width, whole?.height]).toEqual([40, 20])
  // The card is at least 160 x 40, at twice the pixels.
  expect(alone?.width).toBeGreaterThanOrEqual(20 + 320)
})

test('an error is a card of the requested scale and theme', async () => {
  const draw = async (query: string) => {
    const { body } = await request(server.url).get(`/online/x.png?count=x&${query}`).expect(400)
    const image = await loadImage(body)
    return { width: image.width, dark: pixelOf(image, image.width - 8, image.height / 2)[0] < 128 }
  }
  const [plain, dense, dark] = await Promise.all(['', 'scale=2', 'theme=dark'].map(draw))
  expect(dense?.width).toBe(2 * Number(plain?.width))
  expect([plain?.dark, dense?.dark, dark?.dark]).toEqual([false, false, true])
})

test('other keys make no room', async () => {
  await request(server.url).get('/years/99999.png').expect(404)
  await request(server.url).get('/years/2001.png').expect(200)
  const { body } = await api('/rooms?widget=years').expect(200)
  expect(body.rooms.map(({ room }: { room: string }) => room)).not.toContain('years/99999')
  await api('/rooms/years/99999').expect(404)
  await api('/rooms/years/99999/history').expect(404)
  await api('/events?room=years/99999').expect(400)
})

test('a stateless widget counts and remembers nothing', async () => {
  const { body } = await request(server.url).get('/content/a%2Fb.json').expect(200)
  expect(body).toMatchObject({ key: 'a/b', visitors: 0, refused: expect.stringContaining('`stateless`') })
  await request(server.url).get('/content/once.png').expect(200)
  const { body: list } = await api('/rooms?widget=content').expect(200)
  expect(list.rooms).toEqual([])
  await api('/rooms/content/once').expect(404)
  await request(server.url)
    .put('/api/rooms/content/once/state/n')
    .set('Authorization', `Bearer ${token}`)
    .send({ n: 1 })
    .expect(404)
})

test('a stream of a stateless widget is no viewer of any room', async () => {
  const left = new AbortController()
  const { body } = await fetch(`${server.url}/content/live.png?delivery=stream`, { signal: left.signal })
  await body?.getReader().read()
  expect(server.imgcast.stats()).toMatchObject({ connections: 1, rooms: 0 })
  left.abort()
})
