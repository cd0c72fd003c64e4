import express from 'express'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ForwardingCheck } from '../../src/http/forwarding-check.ts'
import type { PictureRequest } from '../../src/http/request.ts'

function setUp() {
  const lines: string[] = []
  return { lines, check: new ForwardingCheck(pino({}, { write: (line: string) => void lines.push(line) })) }
}

function request(trust: string | undefined, headers: Record<string, string>): PictureRequest {
  const app = express()
  if (trust !== undefined) app.set('trust proxy', trust)
  return { app, headers, socket: { remoteAddress: '127.0.0.1' } } as unknown as PictureRequest
}

const forwarded = { 'x-forwarded-for': '192.0.2.1' }

test('an untrusted proxy is logged once, with the remedy', () => {
  const { lines, check } = setUp()
  for (let time = 0; time < 3; time += 1) check.check(request(undefined, forwarded))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('--trust-proxy')
})

test('Forwarded (RFC 7239) is one of these headers', () => {
  const { lines, check } = setUp()
  check.check(request('10.0.0.0/8', { forwarded: 'for=192.0.2.1' }))
  expect(lines[0]).toContain('Forwarded from a proxy')
})

test.each([
  ['a proxy that is trusted', 'loopback', forwarded],
  ['a reader at the machine of a trusted proxy', 'loopback', { 'x-forwarded-for': '127.0.0.1' }],
  ['a reader without a proxy', undefined, {}],
])('%s is not logged', (_, trust, headers) => {
  const { lines, check } = setUp()
  check.check(request(trust, headers as Record<string, string>))
  expect(lines).toEqual([])
})
