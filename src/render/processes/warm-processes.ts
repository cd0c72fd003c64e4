import type { ChildProcess } from 'node:child_process'
import type { Logger } from 'pino'
import { type GroupMember, ProcessGroup } from '../../system/process-group.ts'
import type { ToHost } from '../protocol.ts'
import { forkHost } from './fork-host.ts'

/** The next process starts only after the new code has started and drawn its first pictures. */
const PAUSE = 500

/**
 * Render processes that are started and warm, with canvas, fonts and compiler loaded and no widgets: code that was just
 * saved runs in one at once. Each costs the memory of an idle process, so they are kept only where folders are watched.
 */
export class WarmProcesses {
  readonly #memoryBytes: number
  readonly #log: Logger
  readonly #members = new Map<ChildProcess, GroupMember>()
  readonly #group = new ProcessGroup()
  #wanted = 1
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param memoryBytes memory limit of each. */
  constructor(memoryBytes: number, log: Logger) {
    this.#memoryBytes = memoryBytes
    this.#log = log
    this.#prepareSoon()
  }

  /** The process ids. */
  get pids(): number[] {
    return this.#group.pids
  }

  /** Raises the number that is kept: one for the widgets that share a process, one more for a widget that runs alone. */
  want(count: number): void {
    if (count <= this.#wanted) return
    this.#wanted = count
    this.#prepareSoon()
  }

  /** Returns a warm process, or a new one if none is warm, and prepares the next. The caller owns the process. */
  take(): ChildProcess {
    const warm = [...this.#members.keys()].find(({ connected }) => connected)
    if (warm) this.#forget(warm)
    this.#prepareSoon()
    return warm ?? forkHost(this.#memoryBytes)
  }

  /** Ends them at once. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#group.kill('the server is stopping')
  }

  #prepareSoon(): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#prepare(), PAUSE)
    this.#timer.unref()
  }

  #prepare(): void {
    try {
      while (this.#members.size < this.#wanted) this.#add(forkHost(this.#memoryBytes))
    } catch (error) {
      this.#log.warn({ reason: (error as Error).message }, 'cannot start a warm render process')
    }
  }

  #add(child: ChildProcess): void {
    const kill = () => void child.kill('SIGKILL')
    const member = { pid: child.pid, isIdle: true, kill, close: async () => {} }
    this.#members.set(child, member)
    child.send({ type: 'warm' } satisfies ToHost)
    this.#group.add(member, this.#memoryBytes)
    child.once('exit', () => this.#forget(child))
    child.on('error', () => this.#forget(child))
  }

  #forget(child: ChildProcess): void {
    const member = this.#members.get(child)
    if (member) this.#group.delete(member)
    this.#members.delete(child)
  }
}
