import type { Logger } from 'pino'
import type { FontReport } from './protocol.ts'

/** Logs what the first render process reports of its fonts; the others have the same. */
export class FontLog {
  readonly #log: Logger
  #isWritten = false

  constructor(log: Logger) {
    this.#log = log
  }

  /** Receives a report; undefined once there was one. */
  get listener(): ((report: FontReport) => void) | undefined {
    return this.#isWritten ? undefined : (report) => this.#write(report)
  }

  #write({ faults, missing }: FontReport): void {
    if (this.#isWritten) return
    this.#isWritten = true
    for (const fault of faults) this.#log.warn(fault)
    if (missing !== undefined) this.#log.info(missing)
  }
}
