import { expect, test } from 'vitest'
import { toArrival } from '../../src/http/arrival.ts'
import type { PictureRequest } from '../../src/http/request.ts'

const HOST = 'localhost:9192'
const OWN_PAGE = `http://${HOST}/online/main`

const isLocal = (remoteAddress: string, headers: Record<string, string>) => {
  const request = { headers: { host: HOST, ...headers }, httpVersion: '1.1', socket: { remoteAddress } }
  const app = { get: () => () => false }
  return toArrival({ ...request, app } as unknown as PictureRequest, { keyOf: () => 'ann' }).isLocal
}

test('a browser is certainly one that shows a page of this server on this machine', () => {
  expect(isLocal('127.0.0.1', { referer: OWN_PAGE })).toBe(true)
})

test.each<[string, string, Record<string, string>]>([
  ['many readers of a page elsewhere', '127.0.0.1', { referer: 'http://localhost:8000/' }],
  ['many readers of a page whose name begins alike', '127.0.0.1', { referer: `http://${HOST}.example/` }],
  ['programs without a page', '127.0.0.1', {}],
  ['many readers behind a proxy', '127.0.0.1', { referer: OWN_PAGE, via: '1.1 proxy' }],
  ['many readers behind one address', '203.0.113.9', { referer: OWN_PAGE }],
])('%s may be many', (_, address, headers) => {
  expect(isLocal(address, headers)).toBe(false)
})
