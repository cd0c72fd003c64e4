import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Driver } from '../../src/cluster/driver.ts'
import { storeUnavailable } from '../../src/errors.ts'
import { eventually } from '../support/eventually.ts'
import { Hub, type HubNode } from '../support/hub.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
const headers = { Authorization: `Bearer ${TOKEN}` }

let server: TestServer
let node: HubNode
let isDown = false

const lost = () => storeUnavailable('it cannot be reached')

/** Every call rejects while the store cannot be reached. @param iterator the method that is an iterator */
function reachable<T extends object>(part: T, iterator?: keyof T): T {
  const unread = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(lost()) }) }
  return new Proxy(part, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function' || name === 'close') return value
      return (...args: unknown[]) => {
        if (!isDown) return value.apply(target, args)
        return name === iterator ? unread : Promise.reject(lost())
      }
    },
  })
}

beforeAll(async () => {
  const driver: Driver = {
    expected: 'a store that can be lost',
    accepts: () => true,
    open: async () => {
      node = new Hub().join()
      const { parts } = node
      return { ...parts, store: reachable(parts.store, 'list'), rooms: reachable(parts.rooms) }
    },
  }
  server = await startServer({ store: driver, token: TOKEN, widgets: [], heartbeat: 1_000 })
})
afterAll(() => server.close())

const put = (message: string) =>
  fetch(`${server.url}/api/status/build`, {
    ...{ method: 'PUT', headers },
    body: JSON.stringify({ schemaVersion: 1, label: 'build', message }),
  })
const get = (path: string) => fetch(server.url + path, { headers })
/** As a driver reports that messages may have been lost: every open picture is drawn again. */
const lose = (down: boolean) => {
  isDown = down
  node.reconnect()
}

test('while the store cannot be reached, pictures stay, with their age, and say so', async () => {
  expect((await put('passing')).status).toBe(200)
  const stream = await openStream(`${server.url}/status/build.png?delivery=stream`, { headers: chromium })
  const shown = await (await get('/status/build.svg')).text()
  expect(shown).toContain('passing')
  lose(true)
  const still = await eventually(async () => {
    const response = await get('/status/build.png?delivery=still')
    expect(Number(response.headers.get('age'))).toBeGreaterThan(0)
    return response
  })
  expect([still.status, still.headers.get('content-type')]).toEqual([200, 'image/png'])
  // The SVG, which no channel draws, in any look.
  for (const query of ['', '?style=flat-square&labelColor=red']) {
    const svg = await eventually(async () => {
      const response = await get(`/status/build.svg${query}`)
      expect(Number(response.headers.get('age'))).toBeGreaterThan(0)
      return response
    })
    expect([svg.status, svg.headers.get('warning')]).toEqual([200, '111 - "Revalidation Failed"'])
    expect(await svg.text()).toMatch(/passing.* old\)/)
  }
  expect((await get('/status/other.svg')).status).toBe(503)
  // What was never drawn, and what writes, fails with the reason.
  for (const response of [
    await get('/status/other.json'),
    await put('failing'),
    await get('/poll/a/click/1'),
  ]) {
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ type: 'urn:imgcast:problem:store-unavailable' })
  }
  lose(false)
  await eventually(async () => expect((await put('fixed')).status).toBe(200))
  await eventually(async () => expect(await (await get('/status/build.txt')).text()).toBe('build: fixed\n'))
  expect(stream.closed).toBe(false)
  stream.close()
})

test('while the store cannot be reached, rooms are those of this server, marked as partial', async () => {
  await get('/online/gone.png')
  const stream = await openStream(`${server.url}/online/here.png?delivery=stream`, { headers: chromium })
  await eventually(() => expect(server.imgcast.stats().connections).toBe(1))
  lose(true)
  for (const query of ['', '?sort=-hits', '?sort=room', '?watched=true']) {
    const { rooms, ...page } = (await (await get(`/api/rooms${query}`)).json()) as { rooms: object[] }
    expect(page).toEqual({ total: 1, next: null, isPartial: true })
    expect(rooms).toMatchObject([{ room: 'online/here', connections: 1, visitors: 1 }])
  }
  expect(await (await get('/api/rooms?watched=false')).json()).toEqual({
    ...{ rooms: [], total: 0, next: null, isPartial: true },
  })
  expect(await (await get('/api/rooms/online/here')).json()).toMatchObject({
    ...{ room: 'online/here', connections: 1, visitors: 1, hits: 0, isPartial: true },
  })
  expect((await get('/api/rooms/online/gone')).status).toBe(503)
  lose(false)
  expect(await (await get('/api/rooms')).json()).not.toHaveProperty('isPartial')
  expect(await (await get('/api/rooms/online/here')).json()).not.toHaveProperty('isPartial')
  stream.close()
})

test('while the store cannot be reached, a reader of the dashboard signs in again, and sees this server', async () => {
  const signIn = async () => {
    const response = await fetch(`${server.url}/dashboard/login`, {
      ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ token: TOKEN }) },
      headers: { Origin: server.url },
    })
    expect(response.status).toBe(303)
    return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  }
  const show = (cookie: string, path = '') =>
    fetch(`${server.url}/dashboard${path}`, { headers: { Cookie: cookie } })
  const stream = await openStream(`${server.url}/online/seen.png?delivery=stream`, { headers: chromium })
  await eventually(() => expect(server.imgcast.stats().connections).toBeGreaterThan(0))
  const before = await signIn()
  expect((await show(before)).status).toBe(200)
  lose(true)
  const form = await show(before)
  expect(form.status).toBe(401)
  expect(await form.text()).toContain('Sign in again to see this server')
  const during = await signIn()
  expect((await show(during)).status).toBe(200)
  expect(await (await show(during, '/online/seen')).text()).toContain('only the viewers of this server')
  lose(false)
  for (const cookie of [before, during]) expect((await show(cookie)).status).toBe(200)
  stream.close()
})
