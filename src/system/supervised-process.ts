import type { ChildProcess } from 'node:child_process'
import { readLines } from './read-lines.ts'

/** How a child process ended. */
export interface ProcessExit {
  code: number | null
  signal: NodeJS.Signals | null
  /** Why it did not start; undefined if it did. */
  error: NodeJS.ErrnoException | undefined
  /** The reason given to `kill`; undefined if `kill` was not called. */
  killedFor: string | undefined
  /** Whether `close` was called before. */
  closed: boolean
  /** The last text of the outputs that are read as lines. */
  tail: string
}

/** The options of a supervised process. */
export interface SupervisionInit {
  /** Outputs that contain text. @default stderr */
  textOutputs?: readonly ('stdout' | 'stderr')[]
  /** Receives each line of the text outputs, within limits of length and rate. */
  onLine?(line: string): void
  /** Called once, when it has ended or has failed to start. */
  onExit?(exit: ProcessExit): void
}

/** Characters of its text that an exit reports. */
const TAIL_LENGTH = 4_000

/** One child process, of any command, from its start to its end. */
export class SupervisedProcess {
  readonly child: ChildProcess
  /** Resolves when it has ended or has failed to start. */
  readonly exited: Promise<ProcessExit>
  #tail = ''
  #killedFor: string | undefined
  #closed = false
  #dead = false

  constructor(child: ChildProcess, { textOutputs = ['stderr'], onLine, onExit }: SupervisionInit = {}) {
    this.child = child
    for (const name of textOutputs) {
      const output = child[name]
      if (!output) continue
      readLines(output, (line) => {
        this.#tail = (this.#tail + line).slice(-TAIL_LENGTH)
        onLine?.(line)
      })
    }
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null, error?: Error) => {
        if (this.#dead) return
        this.#dead = true
        const exit: ProcessExit = {
          ...{ code, signal, error, closed: this.#closed },
          ...{ killedFor: this.#killedFor, tail: this.#tail },
        }
        resolve(exit)
        onExit?.(exit)
      }
      child.once('exit', end)
      // With a process id it has started, and will exit.
      child.on('error', (error) => child.pid === undefined && end(null, null, error))
    })
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  get dead(): boolean {
    return this.#dead
  }

  /** Kills it at once. */
  kill(reason: string): void {
    this.#killedFor ??= reason
    this.child.kill('SIGKILL')
  }

  /** Kills it and resolves once it has ended. */
  async close(): Promise<void> {
    this.#closed = true
    this.child.kill('SIGKILL')
    await this.exited
  }
}
