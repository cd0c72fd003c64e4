import express from 'express'
import { pino } from 'pino'
import request from 'supertest'
import { expect, test } from 'vitest'
import { PublicError } from '../../src/errors.ts'
import { createErrorHandler } from '../../src/http/error-handler.ts'
import { createFailureLog } from '../support/failure-log.ts'

/** Makes a route throw; returns the response and the logged lines. */
async function fail(error: unknown, path = '/') {
  const lines: { msg: string; url: string; error: string }[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
  const app = express()
  app.get(['/', '/:key'], () => {
    throw error
  })
  app.use(createErrorHandler(createFailureLog(log)))
  const { status, body } = await request(app).get(path)
  return { status, body, lines }
}

test('the server’s own fault is logged, and not sent', async () => {
  const { status, body, lines } = await fail(new Error('disk I/O error'))
  expect([status, body.detail]).toEqual([500, 'something went wrong'])
  expect(lines).toMatchObject([{ msg: 'a request failed', error: expect.stringContaining('disk I/O error') }])
})

test('a thrown value that is not an error counts as one', async () => {
  expect(await fail('oops', '/a')).toMatchObject({ status: 500, lines: [{ url: '/a', error: 'oops' }] })
})

test('a client’s fault is sent, and not logged', async () => {
  const known = new PublicError({ code: 'not-found', status: 404, caption: 'there is none' })
  expect(await fail(known)).toMatchObject({ status: 404, body: { detail: 'there is none' }, lines: [] })
  expect(await fail(undefined, '/%zz')).toMatchObject({
    status: 400,
    body: { type: 'urn:imgcast:problem:bad-request', detail: expect.stringContaining('%zz') },
    lines: [],
  })
})
