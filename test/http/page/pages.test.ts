import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({}, 'loopback')
})
afterAll(() => server.close())

/** The status of a page for a client of an address, by a name of the server. */
function statusOf(path: string, from: string, host = 'pics.example'): Promise<number | undefined> {
  const headers = { Host: host, Accept: 'text/html', 'X-Forwarded-For': from }
  return new Promise((resolve, reject) => {
    request(server.url + path, { headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
      .on('error', reject)
      .end()
  })
}

/** How many of the requests got each status. */
async function countStatuses(requests: readonly Promise<number | undefined>[]) {
  const counts: Record<string, number> = {}
  for (const status of await Promise.all(requests)) counts[String(status)] = (counts[String(status)] ?? 0) + 1
  return counts
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index)

test('the gallery is rendered once for everyone', async () => {
  expect(await countStatuses(times(200).map(() => statusOf('/', '203.0.113.1')))).toEqual({ 200: 200 })
})

test('a client that has too many pages rendered is refused with 429, and others are not', async () => {
  const pages = await countStatuses(times(150).map((n) => statusOf(`/online/page-${n}`, '203.0.113.2')))
  const galleries = await countStatuses(
    times(150).map((n) => statusOf('/', '203.0.113.3', `host-${n}.example`)),
  )
  for (const counts of [pages, galleries]) {
    expect(Object.keys(counts)).toEqual(['200', '429'])
    expect(counts[200]).toBeGreaterThanOrEqual(100)
  }
  expect(await statusOf('/online/a', '203.0.113.4')).toBe(200)
  expect(await statusOf('/', '203.0.113.2')).toBe(200)
})
