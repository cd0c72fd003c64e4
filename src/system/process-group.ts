import { every } from './every.ts'
import { ProcessCpu } from './process-cpu.ts'
import { ProcessMemory } from './process-memory.ts'

/** Milliseconds between two checks of the memory of all processes while one has something to do. */
const BUSY_INTERVAL = 250
/**
 * Milliseconds between two checks while all are idle, and two readings of their processor time, which only a process that ends
 * needs. An idle server spent half of its time on being woken for checks of idle processes.
 */
const INTERVAL = 1_000

/** The part of a child process that its group needs. */
export interface GroupMember {
  readonly pid: number | undefined
  /** Whether it has nothing to do now. When that ends, it calls `onBusy` of its group. @default false */
  readonly isIdle?: boolean
  /** Kills it at once. */
  kill(reason: string): void
  /** Kills it and resolves once it has ended. */
  close(): Promise<void>
}

interface Watch {
  memoryBytes: number
  /** Undefined if the kernel does not report it. */
  memory: ProcessMemory | undefined
  cpu: ProcessCpu | undefined
}

/** The resources of a group's processes; 0 if the kernel does not report them. */
export interface ProcessUsage {
  /** Milliseconds of processor time since the start, including ended processes. */
  cpu: number
  /** Resident memory of the running processes. Shared memory counts for each. */
  memoryBytes: number
}

/**
 * Child processes, each from its start to its end. Kills those that exceed their memory limit (on Linux only), with the same
 * timers for all, because a wake-up costs more than a reading. Kills all when this process exits, because a child in an
 * endless loop would not notice.
 */
export class ProcessGroup {
  readonly #watches = new Map<GroupMember, Watch>()
  #stopChecks: (() => void) | undefined
  #stopBusyChecks: (() => void) | undefined
  /** Milliseconds of processor time of the processes that have ended. */
  #pastCpu = 0
  readonly #onExit = () => this.kill('the server has exited')

  /** The process ids. */
  get pids(): number[] {
    return [...this.#watches.keys()].flatMap(({ pid }) => (pid ? [pid] : []))
  }

  /** The resources of all processes. */
  get usage(): ProcessUsage {
    const usage = { cpu: this.#pastCpu, memoryBytes: 0 }
    for (const { cpu, memory } of this.#watches.values()) {
      usage.cpu += cpu?.read() ?? 0
      usage.memoryBytes += memory?.read() ?? 0
    }
    return usage
  }

  /** @param memoryBytes resident memory above which it is killed. */
  add(member: GroupMember, memoryBytes: number): void {
    if (this.#watches.size === 0) process.once('exit', this.#onExit)
    this.#watches.set(member, {
      memoryBytes,
      memory: openOrNone(() => new ProcessMemory(member.pid)),
      cpu: openOrNone(() => new ProcessCpu(member.pid)),
    })
    this.#stopChecks ??= every(INTERVAL, () => this.#checkRound())
    if (!member.isIdle) this.onBusy()
  }

  /** Call this when a member that was idle has something to do. */
  onBusy(): void {
    if (this.#watches.size > 0) this.#stopBusyChecks ??= every(BUSY_INTERVAL, () => this.#checkMemory())
  }

  /** Call this when the process has ended. */
  delete(member: GroupMember): void {
    const watch = this.#watches.get(member)
    watch?.memory?.close()
    this.#pastCpu += watch?.cpu?.read() ?? 0
    watch?.cpu?.close()
    if (!this.#watches.delete(member) || this.#watches.size > 0) return
    process.off('exit', this.#onExit)
    this.#stopChecks?.()
    this.#stopChecks = undefined
    this.#endBusyChecks()
  }

  /** Kills all at once. */
  kill(reason: string): void {
    for (const member of this.#watches.keys()) member.kill(reason)
  }

  /** Kills all and resolves once they have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((member) => member.close()))
  }

  #checkRound(): void {
    // The kernel no longer reports it once the process has ended.
    for (const { cpu } of this.#watches.values()) cpu?.read()
    if (!this.#stopBusyChecks) this.#checkMemory()
    if ([...this.#watches.keys()].every(({ isIdle }) => isIdle)) this.#endBusyChecks()
  }

  /** That of the idle ones too: they may have had something to do since the last time. */
  #checkMemory(): void {
    for (const [member, { memory, memoryBytes }] of this.#watches)
      if (memory && memory.read() > memoryBytes) member.kill('ran out of memory')
  }

  #endBusyChecks(): void {
    this.#stopBusyChecks?.()
    this.#stopBusyChecks = undefined
  }
}

function openOrNone<T>(open: () => T): T | undefined {
  try {
    return open()
  } catch {
    return undefined
  }
}
