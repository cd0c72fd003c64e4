import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ForwardingCheck } from '../../src/http/forwarding-check.ts'
import type { PictureRequest } from '../../src/http/request.ts'

function setUp() {
  const lines: string[] = []
  return { lines, check: new ForwardingCheck(pino({}, { write: (line: string) => void lines.push(line) })) }
}

function request(ip: string, headers: Record<string, string>): PictureRequest {
  return { ip, headers, socket: { remoteAddress: '127.0.0.1' } } as unknown as PictureRequest
}

const forwarded = { 'x-forwarded-for': '192.0.2.1' }

test('a proxy that is not trusted is told once, with the remedy', () => {
  const { lines, check } = setUp()
  for (let time = 0; time < 3; time += 1) check.check(request('127.0.0.1', forwarded))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('--trust-proxy')
})

test.each([
  ['a proxy that is trusted', '192.0.2.1', forwarded],
  ['a reader without a proxy', '127.0.0.1', {}],
])('%s is nothing to tell', (_, ip, headers) => {
  const { lines, check } = setUp()
  check.check(request(ip, headers as Record<string, string>))
  expect(lines).toEqual([])
})
