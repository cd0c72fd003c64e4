import type { IncomingMessage, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import { CardError } from '../channel/card-error.ts'
import { PublicError, toSentence } from '../errors.ts'
import type { CardPlace, Cards } from '../picture/cards.ts'
import { contentType } from '../picture/frame.ts'
import { formatHeaders, UNCACHED } from './headers.ts'
import { wantsProblem, wantsStatus200, wantsText } from './purpose.ts'
import { sendJson, sendWhole, TEXT_TYPE } from './send.ts'

/** Used if nothing is known about the requested picture. */
export const UNKNOWN_PLACE: CardPlace = { format: 'png', width: 160, height: 40 }

/** Sends an error as its own card, or as a picture with its caption, large enough to read. */
export function sendErrorPicture(
  request: IncomingMessage,
  response: ServerResponse,
  error: PublicError,
  place: CardPlace,
  cards: Cards,
): void {
  const frame = error instanceof CardError ? error.card : cards.readableError(place, error.caption)
  // Image proxies drop responses with any other status, and the caption with them.
  const status = wantsStatus200(request.headers) ? 200 : error.status
  sendWhole(
    request,
    response,
    status,
    { ...UNCACHED, ...formatHeaders(frame.format), ...error.headers },
    contentType(frame.format),
    frame.bytes,
  )
}

/** Sends an error as a problem document or as a line of text, if its client or its extension asks for either. Returns whether it did. */
export function sendWrittenError(
  request: IncomingMessage,
  response: ServerResponse,
  error: PublicError,
  extension: string | undefined,
): boolean {
  const { headers } = request
  if (wantsProblem(headers, extension)) sendProblem(request, response, error)
  else if (wantsText(headers, extension)) sendText(request, response, error)
  else return false
  return true
}

function sendText(request: IncomingMessage, response: ServerResponse, error: PublicError): void {
  const line = `${toSentence(error.message)}\n`
  sendWhole(request, response, error.status, { ...UNCACHED, ...error.headers }, TEXT_TYPE, line)
}

/** The error for a network that causes more errors than are painted for it; `error` is the one it would have got. */
export function tooManyErrors(error: PublicError): PublicError {
  const caption = 'too many errors from one address, try again later'
  const detail = `${caption}; the last one: ${error.message}`
  return new PublicError({
    code: 'too-many-errors',
    status: 429,
    caption,
    detail,
    headers: { 'Retry-After': '10' },
  })
}

/** Sends an error without a picture: as a problem document to clients that read them, else without a body. */
export function sendBareRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  error: PublicError,
  extension: string | undefined,
): void {
  if (wantsProblem(request.headers, extension)) return sendProblem(request, response, error)
  response.writeHead(error.status, { ...UNCACHED, ...error.headers, 'Content-Length': 0 }).end()
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
