import type { Logger } from 'pino'

/** How long an unchanged failure of a widget is not told again: a broken picture is drawn at every heartbeat. */
const QUIET_TIME = 60_000

/** Tells a widget's failures, each when it is new or a minute old. */
export class FailureLog {
  readonly #log: Logger
  readonly #told = new Map<string, { failure: string; at: number }>()

  constructor(log: Logger) {
    this.#log = log
  }

  tell(widget: string, failure: string, message: string): void {
    const now = Date.now()
    const last = this.#told.get(widget)
    if (last?.failure === failure && now - last.at < QUIET_TIME) return
    this.#told.set(widget, { failure, at: now })
    this.#log.error({ widget, failure }, message)
  }
}
