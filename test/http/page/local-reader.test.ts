import type { IncomingMessage } from 'node:http'
import express from 'express'
import { expect, test } from 'vitest'
import { isLocalReader } from '../../../src/http/page/local-reader.ts'
import type { PictureRequest } from '../../../src/http/request.ts'

function request(remoteAddress: string, headers: Record<string, string>, httpVersion = '1.1') {
  return { headers, httpVersion, socket: { remoteAddress } } as unknown as IncomingMessage
}

test.each([
  ['127.0.0.1', { host: 'localhost:9192' }],
  ['::1', { host: '[::1]:9192' }],
  ['::ffff:127.0.0.1', { host: '127.0.0.1' }],
  ['127.0.0.1', { ':authority': 'localhost:9192' }],
])('somebody at this machine is local: %s, %o', (address, headers) => {
  expect(isLocalReader(request(address, headers as Record<string, string>))).toBe(true)
})

test.each([
  ['192.0.2.1', { host: 'localhost:9192' }],
  ['127.0.0.1', { host: 'pics.example.org' }],
  ['127.0.0.1', { host: 'localhost.example.org' }],
  ['127.0.0.1', {}],
  ['127.0.0.1', { host: 'localhost', 'x-forwarded-for': '192.0.2.1' }],
  ['127.0.0.1', { host: 'localhost', via: '1.1 varnish' }],
])('whoever comes from elsewhere, or through a proxy, is not: %s, %o', (address, headers) => {
  expect(isLocalReader(request(address, headers as Record<string, string>))).toBe(false)
})

test('nobody is local where the app trusts a proxy on this machine', () => {
  const app = express().set('trust proxy', 'loopback')
  const behind = { ...request('127.0.0.1', { host: 'localhost' }), app } as unknown as PictureRequest
  expect(isLocalReader(behind)).toBe(false)
})

test('a proxy that speaks HTTP/1.0 and says nothing is no local reader', () => {
  expect(isLocalReader(request('127.0.0.1', { host: '127.0.0.1:9192' }, '1.0'))).toBe(false)
})
