import type { IncomingMessage } from 'node:http'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { PublicError, toPublicError } from '../../src/errors.ts'
import { createFailureLog } from '../support/failure-log.ts'

const request = {
  method: 'GET',
  url: '/online/a.png',
  headers: {},
  socket: { remoteAddress: '203.0.113.7' },
} as unknown as IncomingMessage

function note(error: PublicError): object[] {
  const lines: object[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  createFailureLog(log).note(request, error)
  return lines
}

test.each([
  ['too-many-clicks', 429],
  ['wrong-token', 401],
  ['uri-too-long', 414],
  ['head-too-large', 431],
  ['referrer-not-allowed', 403],
  ['full', 503],
])('%s is a refusal', (code, status) => {
  expect(note(new PublicError({ code, status, caption: 'no' }))).toMatchObject([
    { level: 40, address: '203.0.113.7', reason: code, msg: `refused 203.0.113.7: ${code}` },
  ])
})

test.each([
  ['not-found', 404],
  ['bad-parameter', 400],
  ['unauthorized', 401],
  ['stopping', 503],
])('%s is none', (code, status) => {
  expect(note(new PublicError({ code, status, caption: 'no' }))).toEqual([])
})

test('the server’s own fault is logged with its stack', () => {
  const [line] = note(toPublicError(new Error('broken')))
  expect(line).toMatchObject({ level: 50, url: '/online/a.png', error: expect.stringContaining('broken') })
})
