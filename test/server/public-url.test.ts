import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let authorization: Record<string, string>

beforeAll(async () => {
  server = await startServer({ publicUrl: 'https://pics.example.org/sub', allowPrivateTargets: true })
  authorization = { Authorization: `Bearer ${server.imgcast.token}` }
})

afterAll(() => server.close())

test('links to further pages of rooms have the public path', async () => {
  for (const key of ['a', 'b']) await fetch(`${server.url}/counter/${key}.png`)
  const response = await fetch(`${server.url}/api/rooms?limit=1`, { headers: authorization })
  const links = (response.headers.get('link') ?? '').split(', ')
  expect(links).toHaveLength(2)
  for (const link of links) expect(link).toMatch(/^<\/sub\/api\/rooms\?/)
})

test('a new hook is at the public path', async () => {
  const response = await fetch(`${server.url}/api/hooks`, {
    method: 'POST',
    headers: { ...authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: 'http://127.0.0.1:9/', when: 'connections(counter/a) >= 5' }),
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('location')).toMatch(/^\/sub\/api\/hooks\/\w+/)
})

test('the OpenAPI document names the public path', async () => {
  const { servers } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { servers: unknown }
  expect(servers).toEqual([{ url: '/sub' }])
})
