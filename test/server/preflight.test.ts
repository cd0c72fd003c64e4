import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ widgets: [], token: 'a-token-of-the-tests' })
})
afterAll(() => server.close())

test.each(['/api/rooms', '/api/status/ci', '/api/hooks', '/api/openapi.json'])(
  'a preflight of %s needs no token, and allows the headers of the API',
  async (path) => {
    const response = await fetch(server.url + path, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://pages.example',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization, content-type',
      },
    })
    expect([response.status, await response.text()]).toEqual([204, ''])
    const { headers } = response
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-methods')).toContain('PUT')
    expect(headers.get('access-control-allow-headers')).toContain('Authorization, Content-Type')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  },
)

test.each(['/online/lobby.json', '/online/lobby.png', '/poll/lunch/click/yes', '/healthz', '/metrics'])(
  'a preflight of %s is allowed',
  async (path) => {
    const headers = { Origin: 'https://pages.example', 'Access-Control-Request-Method': 'POST' }
    const response = await fetch(server.url + path, { method: 'OPTIONS', headers })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, OPTIONS')
  },
)

test('no other page may call the dashboard', async () => {
  const headers = { Origin: 'https://pages.example', 'Access-Control-Request-Method': 'POST' }
  const response = await fetch(`${server.url}/dashboard`, { method: 'OPTIONS', headers })
  expect(response.headers.get('access-control-allow-methods')).toBeNull()
})

test('the call after a preflight shows its response, an error too, to any page', async () => {
  const headers = { Origin: 'https://pages.example' }
  const response = await fetch(`${server.url}/api/rooms`, { headers })
  expect(response.status).toBe(401)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
})
