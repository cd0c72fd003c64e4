import type { ChildProcess } from 'node:child_process'
import { forkHost } from './fork-host.ts'

/** The new code's own start, and the first pictures by it, come before the next spare. */
const PAUSE = 500

/**
 * One process that is started and warm, with canvas, fonts and compiler loaded and no widgets: code that was just
 * saved runs in it at once. Costs the memory of an idle process, so it is kept only where folders are watched.
 */
export class Spare {
  readonly #memoryBytes: number
  #process: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param memoryBytes what each may come to hold. */
  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
    this.#prepareSoon()
  }

  /** The process id of the spare, if there is one. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** The spare, which is the caller's from now on, or a process as fresh as any; another spare is prepared. */
  take(): ChildProcess {
    const spare = this.#process
    this.#process = undefined
    this.#prepareSoon()
    if (!spare?.connected) return forkHost(this.#memoryBytes)
    return spare
  }

  /** Ends the spare at once. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#process?.kill('SIGKILL')
  }

  #prepareSoon(): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#prepare(), PAUSE)
    this.#timer.unref()
  }

  #prepare(): void {
    const spare = forkHost(this.#memoryBytes)
    this.#process = spare
    const forget = () => {
      if (this.#process === spare) this.#process = undefined
    }
    spare.once('exit', forget)
    spare.on('error', forget)
  }
}
