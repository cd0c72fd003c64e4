import type { IncomingMessage } from 'node:http'
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Logger } from 'pino'
import { PublicError, toPublicError } from '../errors.ts'
import { sendProblem } from './send-error.ts'

/**
 * Ends requests that threw: the one place for what is thrown in a route, or by Express itself.
 * @param send tells the error. @default as a problem document
 */
export function createErrorHandler(
  log: Logger,
  send: (request: Request, response: Response, error: PublicError) => void = sendProblem,
): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const told = fromExpress(error) ?? toPublicError(error)
    logFailure(log, request, told)
    if (response.headersSent) response.destroy()
    else send(request, response, told)
  }
}

/** Writes down what is the server's own fault. */
export function logFailure(log: Logger, { method, url }: IncomingMessage, error: PublicError): void {
  if (error.code !== 'internal-error') return
  const { cause } = error
  log.error({ method, url, error: cause instanceof Error ? cause.stack : String(cause) }, 'a request failed')
}

/** What Express and its readers of bodies throw: errors with a status, and with words that may be told. */
interface ExpressError {
  status?: number
  message: string
  /** Bytes that a body may have, where it has more. */
  limit?: number
}

function fromExpress(error: unknown): PublicError | undefined {
  const { status, message, limit } = error as ExpressError
  if (error instanceof PublicError || status === undefined || status >= 500) return undefined
  const cause = error
  if (status === 413) {
    const caption = `expected a body of at most ${limit} bytes, got more`
    return new PublicError({ code: 'too-large', status, caption, cause })
  }
  const code = status === 415 ? 'unsupported-media' : 'bad-request'
  return new PublicError({ code, status, caption: 'not understood', detail: message, cause })
}
