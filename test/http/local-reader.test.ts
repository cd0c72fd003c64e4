import type { IncomingMessage } from 'node:http'
import express from 'express'
import { expect, test } from 'vitest'
import { isLocalReader } from '../../src/http/local-reader.ts'
import type { PictureRequest } from '../../src/http/request.ts'

function request(remoteAddress: string, headers: Record<string, string>, httpVersion = '1.1') {
  return { headers, httpVersion, socket: { remoteAddress } } as unknown as IncomingMessage
}

test.each([
  ['127.0.0.1', { host: 'localhost:9192' }],
  ['::1', { host: '[::1]:9192' }],
  ['::ffff:127.0.0.1', { host: '127.0.0.1' }],
  ['127.0.0.1', { ':authority': 'localhost:9192' }],
])('a reader at this machine is local: %s, %o', (address, headers) => {
  expect(isLocalReader(request(address, headers as Record<string, string>))).toBe(true)
})

test.each([
  ['192.0.2.1', { host: 'localhost:9192' }],
  ['127.0.0.1', { host: 'pics.example.org' }],
  ['127.0.0.1', { host: 'localhost.example.org' }],
  ['127.0.0.1', {}],
  ['127.0.0.1', { host: 'localhost', 'x-forwarded-for': '192.0.2.1' }],
  ['127.0.0.1', { host: 'localhost', via: '1.1 varnish' }],
])('a reader elsewhere, or behind a proxy, is not local: %s, %o', (address, headers) => {
  expect(isLocalReader(request(address, headers as Record<string, string>))).toBe(false)
})

test('no reader is local if the app trusts a proxy on this machine', () => {
  const app = express().set('trust proxy', 'loopback')
  const behind = { ...request('127.0.0.1', { host: 'localhost' }), app } as unknown as PictureRequest
  expect(isLocalReader(behind)).toBe(false)
})

test('a request over HTTP/1.0 without a proxy’s header is not local', () => {
  expect(isLocalReader(request('127.0.0.1', { host: '127.0.0.1:9192' }, '1.0'))).toBe(false)
})
