import type { Logger } from 'pino'
import type { PictureRequest } from './request.ts'

/** Warns once about a proxy that is not trusted: all of its readers count as one visitor. */
export class ForwardingCheck {
  readonly #log: Logger
  #hasWarned = false

  constructor(log: Logger) {
    this.#log = log
  }

  check({ headers, ip, socket }: PictureRequest): void {
    if (this.#hasWarned || headers['x-forwarded-for'] === undefined || ip !== socket.remoteAddress) return
    this.#hasWarned = true
    this.#log.warn(
      { proxy: socket.remoteAddress },
      'requests come with X-Forwarded-For from a proxy that is not trusted, so all its readers count as one visitor: ' +
        'set --trust-proxy (in an Express app of yours: app.set("trust proxy", ...))',
    )
  }
}
