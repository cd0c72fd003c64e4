import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  // A channel ends at once, as it has where an image proxy asks again after minutes.
  server = await startServer({
    ...{ linger: 0, stillCache: 60_000, drawTimeout: 60_000, token: 'a-token-of-the-tests' },
  })
})
afterAll(() => server.close())

const get = (path: string) => fetch(`${server.url}/moody/${path}`)

async function setMood(key: string, mood: string): Promise<void> {
  const response = await fetch(`${server.url}/api/rooms/moody/${key}/state/mood`, {
    method: 'PUT',
    headers: { Authorization: 'Bearer a-token-of-the-tests', 'Content-Type': 'application/json' },
    body: JSON.stringify(mood),
  })
  expect(response.status).toBe(200)
}

test('cacheSeconds takes precedence over the default of the server, for badges too', async () => {
  const headerOf = async (path: string) => (await fetch(`${server.url}${path}`)).headers.get('cache-control')
  expect(await headerOf('/badge/a-b-red.svg')).toBe('public, max-age=60')
  expect(await headerOf('/status/none.svg')).toBe('public, max-age=60')
  expect(await headerOf('/moody/kept.png?cacheSeconds=300')).toBe('public, max-age=300')
  expect(await headerOf('/badge/a-b-red.svg?cacheSeconds=0')).toBe('no-cache, max-age=0, must-revalidate')
})

test.each([
  ['late', '110 - "Response is Stale"'],
  ['failing', '111 - "Revalidation Failed"'],
])('a still whose drawing is %s is the last good picture, marked with its age', async (mood, warning) => {
  const paths = [`${mood}.png`, `${mood}.svg`, `${mood}.jpg?scale=2`]
  const good = await Promise.all(paths.map(get))
  for (const { headers } of good) {
    expect(headers.get('cache-control')).toBe('public, max-age=60')
    expect([headers.get('age'), headers.get('warning')]).toEqual(['0', null])
  }
  await setMood(mood, mood)
  const stale = await Promise.all(paths.map(get))
  for (const [index, { status, headers }] of stale.entries()) {
    expect([status, headers.get('warning')]).toEqual([200, warning])
    expect(headers.get('age')).toMatch(/^\d+$/)
    expect(headers.get('cache-control')).toBe('no-cache, max-age=0, must-revalidate')
    expect(headers.get('etag')).not.toBe(good[index]?.headers.get('etag'))
  }
  expect(await stale[1]?.text()).toMatch(/<title>[^<]+ \(\d+ s old\)<\/title>/)
})

test('the data and the words of a picture whose load fails are those of the last good one, with its age', async () => {
  await expect((await get('facts.json')).json()).resolves.toMatchObject({ mood: 'none', age: 0 })
  await setMood('facts', 'failing')
  const [json, txt] = await Promise.all([get('facts.json'), get('facts.txt')])
  for (const { status, headers } of [json, txt])
    expect([status, headers.get('warning')]).toEqual([200, '111 - "Revalidation Failed"'])
  const { age, mood } = (await json.json()) as { age: number; mood: string }
  expect([mood, age > 0]).toEqual(['none', true])
  expect(await txt.text()).toContain('none')
  await setMood('never', 'failing')
  expect((await get('never.json')).status).toBe(500)
})

test('a picture that was never drawn is a placeholder while it is late, and an error once it failed', async () => {
  await setMood('new-late', 'late')
  const late = await get('new-late.png')
  expect([late.status, late.headers.get('cache-control')]).toEqual([200, 'no-store'])
  await setMood('new-failing', 'failing')
  expect((await get('new-failing.png')).status).toBeGreaterThanOrEqual(500)
})
