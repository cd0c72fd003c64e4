import type { Logger } from 'pino'
import type { PictureRequest } from './request.ts'

/** Says once that a proxy stands in front and is not trusted: all of its readers look like one visitor then. */
export class ForwardingCheck {
  readonly #log: Logger
  #said = false

  constructor(log: Logger) {
    this.#log = log
  }

  check({ headers, ip, socket }: PictureRequest): void {
    if (this.#said || headers['x-forwarded-for'] === undefined || ip !== socket.remoteAddress) return
    this.#said = true
    this.#log.warn(
      { proxy: socket.remoteAddress },
      'requests come with X-Forwarded-For from a proxy that is not trusted, so all its readers count as one visitor: ' +
        'set --trust-proxy (in an Express app of yours: app.set("trust proxy", ...))',
    )
  }
}
