import type { Logger } from 'pino'
import type { PublicError } from '../errors.ts'
import type { RefusalLog } from './refusal-log.ts'
import { clientAddress, type PictureRequest } from './request.ts'
import { WRONG_TOKEN } from './token-guard.ts'

/** The statuses of requests that are refused whatever they ask for: too much, too large, not from there, no room. */
const REFUSALS: readonly number[] = [403, 413, 414, 429, 431, 503]

/** Logs requests that fail by the server's own fault, and passes refusals on to their own log. */
export class FailureLog {
  readonly #log: Logger
  readonly #refusals: RefusalLog

  constructor(log: Logger, refusals: RefusalLog) {
    this.#log = log
    this.#refusals = refusals
  }

  /** Notes an error if it is the server's own fault, or if the client was refused. */
  note(request: PictureRequest, error: PublicError): void {
    if (error.code === 'internal-error') this.#logFailure(request, error)
    else if (isRefusal(error)) this.#refusals.note(clientAddress(request), error.code)
  }

  #logFailure({ method, url }: PictureRequest, { cause }: PublicError): void {
    this.#log.error(
      { method, url, error: cause instanceof Error ? cause.stack : String(cause) },
      'a request failed',
    )
  }
}

function isRefusal({ status, code }: PublicError): boolean {
  return code === WRONG_TOKEN || (REFUSALS.includes(status) && code !== 'stopping')
}
