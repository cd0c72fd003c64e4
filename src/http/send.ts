import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentType, type Frame } from '../picture/frame.ts'
import { formatHeaders, STILL, UNCACHED } from './headers.ts'

/**
 * Sends one finished picture: 200, or 304 to whoever has it already. To HEAD, the same head.
 * @returns the status.
 */
export function sendStill(request: IncomingMessage, response: ServerResponse, frame: Frame): 200 | 304 {
  const headers = { ...STILL, ...formatHeaders(frame.format), ETag: frame.etag }
  if (matches(request.headers['if-none-match'], frame.etag)) {
    response.writeHead(304, headers).end()
    return 304
  }
  sendWhole(request, response, 200, headers, contentType(frame.format), frame.bytes)
  return 200
}

/** Sends a finite body with its exact length; to HEAD only the head. */
export function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  type: string,
  body: Buffer | string,
): void {
  response.writeHead(status, { ...headers, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Sends a value as JSON that is true only now. */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
  {
    headers = {},
    type = 'application/json; charset=utf-8',
  }: { headers?: Readonly<Record<string, string>>; type?: string } = {},
): void {
  sendWhole(request, response, status, { ...UNCACHED, ...headers }, type, `${JSON.stringify(value)}\n`)
}

/** RFC 9110, section 13.1.2: any of the list, compared weakly, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
