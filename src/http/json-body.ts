import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { badRequest, PublicError } from '../errors.ts'

/** The largest body that the API reads. */
export const MAX_BODY_BYTES = 65_536

/**
 * Reads a body as JSON in UTF-8, whatever type it claims to be, into `request.body`. A body that a host app's middleware has
 * already read, such as `express.json()`, is taken as that left it.
 * @throws PublicError 400 for an empty body, for invalid JSON, and for numbers beyond 1.8e308; 415 for other charsets.
 */
export function jsonBody(): RequestHandler {
  return readBody(MAX_BODY_BYTES, parseJson)
}

/** Reads a body as text in UTF-8, like `jsonBody`, without parsing it. @throws PublicError 400, 413 or 415. */
export function textBody(limit: number): RequestHandler {
  return readBody(limit, (text = '') => text)
}

function readBody(limit: number, parse: (text: string | undefined) => unknown): RequestHandler {
  // Not `express.json`, which takes an empty body for `{}`.
  const readText = express.text({
    limit,
    type: () => true,
    verify: (_request, _response, bytes, charset) => {
      checkCharset(charset)
      // Decoding would replace the invalid bytes.
      if (!isUtf8(bytes)) throw badJson('got bytes that are not UTF-8')
    },
  })
  const read = promisify<Request, Response, void>(readText)
  return async (request, response, next) => {
    if (isRead(request)) request.body = parse(takeRead(request, limit))
    else {
      await read(request, response)
      // Of a request without a body it is an empty object.
      request.body = parse(typeof request.body === 'string' ? request.body : undefined)
    }
    next()
  }
}

/** Whether a middleware has read the body. Express 4 sets `body` to an empty object for a request without one. */
function isRead({ body, headers, readableEnded }: Request): boolean {
  const isEmpty = headers['transfer-encoding'] === undefined && !Number(headers['content-length'])
  return readableEnded && body !== undefined && !isEmpty
}

function takeRead({ body, headers }: Request, limit: number): string {
  if (Buffer.isBuffer(body) && !isUtf8(body)) throw badJson('got bytes that are not UTF-8')
  // Of JSON a text is the value; of another type it is what was sent.
  const isSent = Buffer.isBuffer(body) || (typeof body === 'string' && !isJsonType(headers['content-type']))
  const text = isSent ? String(body) : JSON.stringify(body)
  if (Buffer.byteLength(text) > limit) {
    const caption = `expected a body of at most ${limit} bytes, got more`
    throw new PublicError({ code: 'too-large', status: 413, caption })
  }
  return text
}

function isJsonType(type = ''): boolean {
  return /^[^;]*\bjson\b/i.test(type)
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined || text === '') throw badJson('got nothing')
  try {
    return JSON.parse(text, (_name, value: unknown) => {
      // It would be stored as null.
      if (typeof value === 'number' && !Number.isFinite(value)) throw badJson('got a number beyond 1.8e308')
      return value
    })
  } catch (error) {
    throw error instanceof PublicError ? error : badJson(`got invalid JSON: ${(error as Error).message}`)
  }
}

function badJson(got: string): PublicError {
  const detail = `expected JSON, ${got}`
  return badRequest('bad-json', detail, [{ name: 'body', detail }])
}

function checkCharset(charset: string): void {
  if (/^utf-?8$/.test(charset)) return
  const caption = `expected JSON in utf-8, got ${charset}`
  throw new PublicError({ code: 'unsupported-media', status: 415, caption })
}
