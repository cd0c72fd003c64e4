import type { Logger } from 'pino'
import type { MissingScript } from '../picture/missing-scripts.ts'
import type { FontReport } from './protocol.ts'

/** Milliseconds after which missing scripts are logged: a start that fails at once says only why. */
const DELAY = 1_000
/** Sentences that wait for that. */
const MAX_WAITING = 50

/**
 * Logs what render processes report of their fonts: each file that is no font, and each script that no font has, once. All
 * processes have the same fonts, so one is asked.
 */
export class FontLog {
  readonly #log: Logger
  readonly #known = new Set<string>()
  readonly #waiting: string[] = []
  #isReported = false
  #timer: NodeJS.Timeout | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** Whether a process is to report its fonts. */
  get wantsReport(): boolean {
    return !this.#isReported
  }

  /** Logs the report of a process that has started. */
  report({ faults, missing }: FontReport): void {
    if (this.#isReported) return
    this.#isReported = true
    for (const fault of faults) this.#log.warn(fault)
    for (const name of missing?.names ?? []) this.#known.add(name)
    if (missing) this.#write(missing.words)
  }

  /** Logs a script of which a widget drew a letter. */
  miss({ name, words }: MissingScript): void {
    if (this.#known.has(name)) return
    this.#known.add(name)
    this.#write(words)
  }

  /** Logs nothing more. */
  close(): void {
    this.#isReported = true
    clearTimeout(this.#timer)
  }

  #write(words: string): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(words)
    this.#timer ??= setTimeout(() => {
      for (const each of this.#waiting.splice(0)) this.#log.info(each)
      this.#timer = undefined
    }, DELAY).unref()
  }
}
