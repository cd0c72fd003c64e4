import { closeSync, openSync, readSync } from 'node:fs'
import { readPageBytes } from '../system/page-bytes.ts'
import type { RenderProcess } from './process.ts'

/** Milliseconds between two looks at what the processes hold. */
const CHECK_INTERVAL = 250
/** Longer than the seven numbers of `statm` can be. */
const STATM_BYTES = 160

/** How much a process may hold, and where the kernel says what it does. */
interface Watch {
  memoryBytes: number
  /** Of `/proc/<pid>/statm`; undefined where there is none. */
  statm: number | undefined
}

/**
 * The render processes of a server, each from its start to its end. Kills those that come to hold too much (Linux;
 * elsewhere only their heap is bounded): one timer for all, as waking up for it costs more than looking.
 */
export class LivingProcesses {
  readonly #watches = new Map<RenderProcess, Watch>()
  readonly #bytes = Buffer.alloc(STATM_BYTES)
  readonly #pageBytes = readPageBytes()
  #timer: NodeJS.Timeout | undefined

  /** Their process ids. */
  get pids(): number[] {
    return [...this.#watches.keys()].flatMap(({ pid }) => (pid ? [pid] : []))
  }

  /** @param memoryBytes what it may hold. */
  add(process: RenderProcess, memoryBytes: number): void {
    this.#watches.set(process, { memoryBytes, statm: openStatm(process.pid) })
    this.#timer ??= setInterval(() => this.#check(), CHECK_INTERVAL).unref()
  }

  delete(process: RenderProcess): void {
    const { statm } = this.#watches.get(process) ?? {}
    if (statm !== undefined) closeSync(statm)
    this.#watches.delete(process)
    if (this.#watches.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Kills all at once. */
  kill(reason: string): void {
    for (const process of this.#watches.keys()) process.kill(reason)
  }

  /** Ends all, their jobs done or not. */
  async close(): Promise<void> {
    await Promise.all([...this.#watches.keys()].map((process) => process.close()))
  }

  #check(): void {
    for (const [process, { memoryBytes, statm }] of this.#watches) {
      if (statm !== undefined && this.#residentBytes(statm) > memoryBytes) process.kill('ran out of memory')
    }
  }

  /**
   * Read at once, as no disk is waited for: by way of Node's threads an idle server took twice the processor time. And read
   * from a file that stays open: an idle server takes a third less, and it is never another process's.
   */
  #residentBytes(statm: number): number {
    try {
      const length = readSync(statm, this.#bytes, 0, STATM_BYTES, 0)
      return Number(this.#bytes.toString('latin1', 0, length).split(' ')[1]) * this.#pageBytes
    } catch {
      // It has just ended.
      return 0
    }
  }
}

function openStatm(pid: number | undefined): number | undefined {
  try {
    return openSync(`/proc/${pid}/statm`, 'r')
  } catch {
    return undefined
  }
}
