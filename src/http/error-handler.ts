import type { ErrorRequestHandler, Request, Response } from 'express'
import { PublicError, toPublicError } from '../errors.ts'
import type { FailureLog } from './failure-log.ts'
import { sendProblem } from './send-error.ts'

/**
 * Ends requests whose handler threw, or that Express itself refused.
 * @param send sends the error. @default a problem document
 */
export function createErrorHandler(
  failures: FailureLog,
  send: (request: Request, response: Response, error: PublicError) => void = sendProblem,
): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const publicError = fromExpress(error) ?? toPublicError(error)
    failures.note(request, publicError)
    if (response.headersSent) response.destroy()
    else send(request, response, publicError)
  }
}

/** An error of Express or its body parsers: it has a status, and a message that is safe to send. */
interface ExpressError {
  status?: number
  message: string
  /** The limit, if the body was too large. */
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
  return new PublicError({ code, status, caption: 'invalid request', detail: message, cause })
}
