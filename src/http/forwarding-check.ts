import type { Logger } from 'pino'
import { isFromTrustedProxy, type PictureRequest } from './request.ts'

/** Warns once about a proxy that is not trusted: all of its readers count as one visitor. */
export class ForwardingCheck {
  readonly #log: Logger
  #hasWarned = false

  constructor(log: Logger) {
    this.#log = log
  }

  check(request: PictureRequest): void {
    if (this.#hasWarned) return
    const { headers, socket } = request
    const header = headers['x-forwarded-for'] === undefined ? 'Forwarded' : 'X-Forwarded-For'
    if (headers[header.toLowerCase()] === undefined || isFromTrustedProxy(request)) return
    this.#hasWarned = true
    this.#log.warn(
      { proxy: socket.remoteAddress },
      `requests come with ${header} from a proxy that is not trusted, so all its readers count as one visitor: ` +
        'set --trust-proxy (in an Express app of yours: app.set("trust proxy", ...))',
    )
  }
}
