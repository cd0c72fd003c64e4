import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createErrorHandler } from '../../src/http/error-handler.ts'
import { jsonBody } from '../../src/http/json-body.ts'
import { createFailureLog } from '../support/failure-log.ts'

let server: Server

beforeAll(async () => {
  const app = express()
  app.put('/', jsonBody(), ({ body }, response) => void response.json({ body }))
  app.use(createErrorHandler(createFailureLog(pino({ level: 'silent' }))))
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

async function put(body?: RequestInit['body'], headers: Record<string, string> = {}) {
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'PUT',
    headers,
    ...(body !== undefined && { body, duplex: 'half' }),
  })
  return { status: response.status, ...((await response.json()) as { body?: unknown; detail?: string }) }
}

const typed = (type: string) => ({ 'Content-Type': type })

describe('a body of JSON', () => {
  test.each(['{}', '"red"', 'null', '0', '[1e308]', ' {"a":{"b":[1,2]}}\n', '"ünï"'])(
    'is read: %s',
    async (text) => {
      expect(await put(text)).toEqual({ status: 200, body: JSON.parse(text) })
    },
  )

  test.each([
    'application/json; charset=utf-8',
    'application/json; charset=UTF8',
    'application/x-www-form-urlencoded',
    'image/png',
  ])('is read whatever it claims to be: %s', async (type) => {
    expect(await put('{"a":1}', typed(type))).toEqual({ status: 200, body: { a: 1 } })
  })

  test.each([
    ['half a character', Buffer.from([0x22, 0xc3, 0x22])],
    ['Latin-1', Buffer.from('"\u00fc"', 'latin1')],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('that is not UTF-8 is refused: %s', async (_what, body) => {
    const detail = expect.stringContaining('expected JSON, got bytes that are not UTF-8')
    expect(await put(body)).toMatchObject({ status: 400, detail })
  })

  test('may be compressed', async () => {
    const body = gzipSync('{"a":1}')
    expect(await put(body, { 'Content-Encoding': 'gzip' })).toEqual({ status: 200, body: { a: 1 } })
  })

  test.each<[string, RequestInit['body']]>([
    ['none', undefined],
    ['an empty one', ''],
    ['an empty one of unknown length', new ReadableStream({ start: (stream) => stream.close() })],
  ])('is refused where there is %s: 400', async (_what, body) => {
    const detail = expect.stringContaining('expected JSON, got nothing')
    expect(await put(body)).toMatchObject({ status: 400, detail })
  })

  test.each(['utf-16', 'utf-16le', 'utf-32', 'iso-8859-1', 'klingon'])(
    'is refused in %s, full or empty: 415',
    async (charset) => {
      for (const body of ['', '1', '12'])
        expect((await put(body, typed(`application/json; charset=${charset}`))).status).toBe(415)
    },
  )

  test('is refused in an unknown coding: 415', async () => {
    expect((await put('1', { 'Content-Encoding': 'compress' })).status).toBe(415)
  })

  test.each(['1e400', '-1e400', '{"a":[1,{"b":1e999}]}'])(
    'is refused with a number that would be stored as null: %s',
    async (text) => {
      const detail = expect.stringContaining('expected JSON, got a number beyond 1.8e308')
      expect(await put(text)).toMatchObject({ status: 400, detail })
    },
  )

  test.each(['{', 'red', ' ', '{"a":1}}', '['.repeat(60_000)])(
    'is refused if it is not JSON: %.10s',
    async (text) => {
      const detail = expect.stringContaining('expected JSON, got invalid JSON')
      expect(await put(text)).toMatchObject({ status: 400, detail })
    },
  )

  test('is refused over its limit, which is named: 413', async () => {
    const large = `"${'x'.repeat(65_535)}"`
    const told = {
      status: 413,
      type: 'urn:imgcast:problem:too-large',
      detail: 'expected a body of at most 65536 bytes, got more',
    }
    expect(await put(large)).toMatchObject(told)
    expect(await put(new Blob([large]).stream())).toMatchObject(told)
    expect((await put(large.slice(1))).status).toBe(400)
  })
})
