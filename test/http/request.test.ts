import express from 'express'
import { expect, test } from 'vitest'
import { clientAddress, type PictureRequest, protocolOf } from '../../src/http/request.ts'

function request(
  trust: string | number | boolean | undefined,
  headers: Record<string, string>,
): PictureRequest {
  const app = express()
  if (trust !== undefined) app.set('trust proxy', trust)
  return { app, headers, socket: { remoteAddress: '127.0.0.1' } } as unknown as PictureRequest
}

const CHAIN = { 'x-forwarded-for': '198.51.100.9, 203.0.113.7:5000, 10.0.0.5:4000' }

test.each([
  ['loopback,10.0.0.0/8', CHAIN, '203.0.113.7'],
  [2, CHAIN, '203.0.113.7'],
  [1, CHAIN, '10.0.0.5'],
  [true, CHAIN, '198.51.100.9'],
  [undefined, CHAIN, '127.0.0.1'],
  ['10.0.0.0/8', CHAIN, '127.0.0.1'],
  ['loopback', { forwarded: 'for="[2001:db8::1]:80"' }, '2001:db8::1'],
  ['loopback', { forwarded: 'for=unknown' }, '127.0.0.1'],
  ['loopback', { 'x-forwarded-for': '::ffff:203.0.113.7' }, '203.0.113.7'],
  ['loopback', {}, '127.0.0.1'],
])('behind proxies trusted as %s, %o comes from %s', (trust, headers, address) => {
  expect(clientAddress(request(trust, headers as Record<string, string>))).toBe(address)
})

test.each([
  [{ 'x-forwarded-proto': 'https' }, 'https'],
  [{ 'x-forwarded-proto': 'https,http' }, 'https'],
  [{ forwarded: 'for=192.0.2.1;proto=https' }, 'https'],
  [{ forwarded: 'for=192.0.2.1' }, 'http'],
])('a trusted proxy reports the protocol: %o', (headers, protocol) => {
  expect(protocolOf(request('loopback', headers as Record<string, string>))).toBe(protocol)
  expect(protocolOf(request(undefined, headers as Record<string, string>))).toBe('http')
})
