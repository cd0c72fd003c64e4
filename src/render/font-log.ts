import type { Logger } from 'pino'
import type { FontReport } from './protocol.ts'

/** Milliseconds after which missing scripts are logged: a start that fails at once says only why. */
const DELAY = 1_000

/** Logs what the first render process reports of its fonts; the others have the same. */
export class FontLog {
  readonly #log: Logger
  #isWritten = false
  #timer: NodeJS.Timeout | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** Receives a report; undefined once there was one. */
  get listener(): ((report: FontReport) => void) | undefined {
    return this.#isWritten ? undefined : (report) => this.#write(report)
  }

  /** Logs nothing more. */
  close(): void {
    this.#isWritten = true
    clearTimeout(this.#timer)
  }

  #write({ faults, missing }: FontReport): void {
    if (this.#isWritten) return
    this.#isWritten = true
    for (const fault of faults) this.#log.warn(fault)
    if (missing !== undefined) this.#timer = setTimeout(() => this.#log.info(missing), DELAY).unref()
  }
}
