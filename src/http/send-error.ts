import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { PublicError } from '../errors.ts'
import type { CardPlace, Cards } from '../picture/cards.ts'
import { contentType } from '../picture/frame.ts'
import { formatHeaders, UNCACHED } from './headers.ts'
import { wantsStatus200 } from './purpose.ts'
import { sendJson, sendWhole } from './send.ts'

/** Used if nothing is known about the requested picture. */
export const UNKNOWN_PLACE: CardPlace = { format: 'png', width: 160, height: 40 }

/** Sends an error as a picture with its caption, large enough to read. */
export function sendErrorPicture(
  request: IncomingMessage,
  response: ServerResponse,
  error: PublicError,
  place: CardPlace,
  cards: Cards,
): void {
  const frame = cards.readableError(place, error.caption)
  // Image proxies drop responses with any other status, and the caption with them.
  const status = wantsStatus200(request.headers) ? 200 : error.status
  sendWhole(
    request,
    response,
    status,
    { ...UNCACHED, ...formatHeaders(place.format), ...error.headers },
    contentType(place.format),
    frame.bytes,
  )
}

/** Sends a refusal without a body: for a network that causes more errors than are painted for it. */
export function sendBareRefusal(response: ServerResponse): void {
  response.writeHead(429, { ...UNCACHED, 'Retry-After': '10', 'Content-Length': 0 }).end()
}

/** Sends an error as a problem document (RFC 9457). */
export function sendProblem(request: IncomingMessage, response: ServerResponse, error: PublicError): void {
  const problem = {
    type: `urn:imgcast:problem:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    ...(error.faults.length > 0 && { errors: error.faults }),
  }
  sendJson(request, response, error.status, problem, {
    headers: error.headers,
    type: 'application/problem+json',
  })
}
