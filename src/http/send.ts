import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Negotiator from 'negotiator'
import { contentType, type Encoded, isCompressible } from '../picture/frame.ts'
import { formatHeaders, mergeHeaders, REVALIDATED, STILL, UNCACHED } from './headers.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
/** The largest body that is copied, to be written with its headers. */
const ONE_WRITE_BYTES = 16_384
/** The media type of a picture in words. */
export const TEXT_TYPE = 'text/plain; charset=utf-8'

/**
 * Sends a still: 200, or 304 if `If-None-Match` matches. HEAD gets the same headers.
 * @param more headers that are added, or that replace the default ones.
 * @returns the status.
 */
export function sendStill(
  request: IncomingMessage,
  response: ServerResponse,
  frame: Encoded,
  more: Readonly<Record<string, string>> = {},
): 200 | 304 {
  // A placeholder must not be cached, nor compared with the picture itself.
  if (frame.isPlaceholder) {
    const headers = { ...UNCACHED, ...formatHeaders(frame.format) }
    sendWhole(request, response, 200, headers, contentType(frame.format), frame.bytes)
    return 200
  }
  const { body, ...encoding } = encode(request, frame)
  const headers = mergeHeaders(STILL, formatHeaders(frame.format), more, encoding.headers)
  return sendUnlessKnown(request, response, encoding.headers.ETag, headers, contentType(frame.format), body)
}

/** Sends a picture in words, as one line: 200, or 304 if `If-None-Match` matches. HEAD gets the same headers. */
export function sendWords(
  request: IncomingMessage,
  response: ServerResponse,
  words: string,
  more: Readonly<Record<string, string>> = {},
): void {
  sendTagged(request, response, TEXT_TYPE, `${words}\n`, { ...STILL, ...more })
}

/** Chooses between a frame's bytes and its compressed ones, which have a strong tag of their own. */
function encode(
  { headers }: IncomingMessage,
  frame: Encoded,
): { body: Buffer | string; headers: { ETag: string } & Record<string, string> } {
  const { bytes, etag } = frame
  if (!isCompressible(frame)) return { body: bytes, headers: { ETag: etag } }
  const Vary = `${STILL.Vary}, Accept-Encoding`
  const accepts = new Negotiator({ headers }).encodings(['gzip', 'identity'])[0] === 'gzip'
  const gzip = accepts ? frame.gzip : undefined
  if (!gzip) return { body: bytes, headers: { ETag: etag, Vary } }
  return { body: gzip, headers: { ETag: tagOfGzip(etag), Vary, 'Content-Encoding': 'gzip' } }
}

/** Sends a body with its exact length; HEAD gets only the headers. */
export function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  type: string,
  body: Buffer | string,
): void {
  const own = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }
  response.writeHead(status, mergeHeaders<string | number>(headers, own))
  if (request.method === 'HEAD') response.end()
  // Node writes a string together with the headers; a Buffer after them costs twice as much in the kernel.
  else if (typeof body !== 'string' && body.length <= ONE_WRITE_BYTES)
    response.end(body.toString('latin1'), 'latin1')
  else response.end(body)
}

/** Sends a value as JSON that must not be cached. */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
  { headers = {}, type = JSON_TYPE }: { headers?: Readonly<Record<string, string>>; type?: string } = {},
): void {
  sendWhole(request, response, status, { ...UNCACHED, ...headers }, type, `${JSON.stringify(value)}\n`)
}

/** Returns the `ETag` of a value that is sent as JSON. */
export function tagOfJson(value: unknown): string {
  return tagOf(`${JSON.stringify(value)}\n`)
}

/** Returns the `ETag` of a body. */
export function tagOf(body: string | Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
}

/** Returns the `ETag` of a compressed body from that of the plain one: other bytes need another strong tag. */
export function tagOfGzip(etag: string): string {
  return `${etag.slice(0, -1)}-gzip"`
}

/** Sends a value as JSON with an `ETag`, or 304 if `If-None-Match` matches. */
export function sendTaggedJson(
  request: IncomingMessage,
  response: ServerResponse,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): void {
  sendTagged(request, response, JSON_TYPE, `${JSON.stringify(value)}\n`, more)
}

/** Sends text with an `ETag`, or 304 if `If-None-Match` matches. */
export function sendTagged(
  request: IncomingMessage,
  response: ServerResponse,
  type: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const etag = tagOf(body)
  sendUnlessKnown(request, response, etag, { ...REVALIDATED, ...more, ETag: etag }, type, body)
}

/** Sends a body, or 304 if `If-None-Match` matches its tag. The headers have the tag. @returns the status. */
export function sendUnlessKnown(
  request: IncomingMessage,
  response: ServerResponse,
  etag: string,
  headers: Readonly<Record<string, string>>,
  type: string,
  body: string | Buffer,
): 200 | 304 {
  if (matches(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end()
    return 304
  }
  sendWhole(request, response, 200, headers, type, body)
  return 200
}

/** Whether `If-None-Match` lists a tag, compared weakly, or is `*` (RFC 9110, section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
