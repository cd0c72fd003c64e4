import { readFileSync } from 'node:fs'
import type { RenderProcess } from './process.ts'

/** Milliseconds between two looks at what the processes hold. */
const CHECK_INTERVAL = 250
const PAGE_BYTES = 4096

/**
 * The render processes of a server, each from its start to its end. Kills those that come to hold too much (Linux;
 * elsewhere only their heap is bounded): one timer for all, as waking up for it costs more than looking.
 */
export class LivingProcesses {
  readonly #limits = new Map<RenderProcess, number>()
  #timer: NodeJS.Timeout | undefined

  /** Their process ids. */
  get pids(): number[] {
    return [...this.#limits.keys()].flatMap(({ pid }) => (pid ? [pid] : []))
  }

  /** @param memoryBytes what it may hold. */
  add(process: RenderProcess, memoryBytes: number): void {
    this.#limits.set(process, memoryBytes)
    this.#timer ??= setInterval(() => this.#check(), CHECK_INTERVAL).unref()
  }

  delete(process: RenderProcess): void {
    this.#limits.delete(process)
    if (this.#limits.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Kills all at once. */
  kill(reason: string): void {
    for (const process of this.#limits.keys()) process.kill(reason)
  }

  /** Ends all, their jobs done or not. */
  async close(): Promise<void> {
    await Promise.all([...this.#limits.keys()].map((process) => process.close()))
  }

  #check(): void {
    for (const [process, memoryBytes] of this.#limits)
      if (residentBytes(process.pid) > memoryBytes) process.kill('ran out of memory')
  }
}

/** Read at once, as no disk is waited for: by way of Node's threads an idle server took twice the processor time. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
  } catch {
    return 0
  }
}
