import { ProcessMemory } from './process-memory.ts'

/** Milliseconds between two checks of the memory that the processes hold. */
const CHECK_INTERVAL = 250

/** A child process as far as its group needs it. */
export interface GroupMember {
  readonly pid: number | undefined
  /** Kills it at once. */
  kill(reason: string): void
  /** Kills it and resolves once it has ended. */
  close(): Promise<void>
}

interface Watch {
  memoryBytes: number
  /** Undefined where the kernel does not report it. */
  memory: ProcessMemory | undefined
}

/**
 * Child processes, each from its start to its end. Kills those that exceed their memory limit (Linux; other systems
 * bound nothing): one timer for all, as waking up costs more than reading. Kills all when this process exits, as a
 * child in an endless loop would not notice.
 */
export class ProcessGroup {
  readonly #watches = new Map<GroupMember, Watch>()
  #timer: NodeJS.Timeout | undefined
  readonly #onExit = () => this.kill('the server has exited')

  /** The process ids. */
  get pids(): number[] {
    return [...this.#watches.keys()].flatMap(({ pid }) => (pid ? [pid] : []))
  }

  /** @param memoryBytes resident memory above which it is killed. */
  add(member: GroupMember, memoryBytes: number): void {
    if (this.#watches.size === 0) process.once('exit', this.#onExit)
    this.#watches.set(member, { memoryBytes, memory: openMemory(member.pid) })
    this.#timer ??= setInterval(() => this.#check(), CHECK_INTERVAL).unref()
  }

  /** Call this when the process has ended. */
  delete(member: GroupMember): void {
    this.#watches.get(member)?.memory?.close()
    if (!this.#watches.delete(member) || this.#watches.size > 0) return
    process.off('exit', this.#onExit)
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Kills all at once. */
  kill(reason: string): void {
    for (const member of this.#watches.keys()) member.kill(reason)
  }

  /** Kills all and resolves once they have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((member) => member.close()))
  }

  #check(): void {
    for (const [member, { memoryBytes, memory }] of this.#watches) {
      if (memory && memory.read() > memoryBytes) member.kill('ran out of memory')
    }
  }
}

function openMemory(pid: number | undefined): ProcessMemory | undefined {
  try {
    return new ProcessMemory(pid)
  } catch {
    return undefined
  }
}
