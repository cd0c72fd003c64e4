import type { ChildProcess } from 'node:child_process'
import { forkHost } from './fork-host.ts'

/** The new code's own start, and the first pictures by it, come before the next spare. */
const PAUSE = 500

/**
 * Processes that are started and warm, with canvas, fonts and compiler loaded and no widgets: code that was just
 * saved runs in it at once. Costs the memory of an idle process, so it is kept only where folders are watched.
 */
export class Spare {
  readonly #memoryBytes: number
  readonly #processes: ChildProcess[] = []
  #wanted = 1
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param memoryBytes what each may come to hold. */
  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes
    this.#prepareSoon()
  }

  /** The process ids of the spares. */
  get pids(): number[] {
    return this.#processes.flatMap(({ pid }) => pid ?? [])
  }

  /** How many there are to be: one for the widgets that share a process, and one for one that does not. */
  want(count: number): void {
    if (count <= this.#wanted) return
    this.#wanted = count
    this.#prepareSoon()
  }

  /** A spare, which is the caller's from now on, or a process as fresh as any; another spare is prepared. */
  take(): ChildProcess {
    const spare = this.#processes.find(({ connected }) => connected)
    if (spare) this.#forget(spare)
    this.#prepareSoon()
    return spare ?? forkHost(this.#memoryBytes)
  }

  /** Ends the spares at once. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const spare of this.#processes) spare.kill('SIGKILL')
  }

  #prepareSoon(): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#prepare(), PAUSE)
    this.#timer.unref()
  }

  #prepare(): void {
    while (this.#processes.length < this.#wanted) {
      const spare = forkHost(this.#memoryBytes)
      this.#processes.push(spare)
      spare.once('exit', () => this.#forget(spare))
      spare.on('error', () => this.#forget(spare))
    }
  }

  #forget(spare: ChildProcess): void {
    const at = this.#processes.indexOf(spare)
    if (at >= 0) this.#processes.splice(at, 1)
  }
}
