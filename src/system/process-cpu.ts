import { closeSync, openSync, readSync } from 'node:fs'

/** Longer than /proc/<pid>/stat. */
const STAT_BYTES = 1024
/** Position of `utime`, behind the name of the program; `stime` follows (proc_pid_stat(5)). */
const UTIME = 11
/** `USER_HZ`, which the kernel reports times in: 100 on every Linux. */
const TICK = 10

/** The processor time of a process, as the kernel reports it (Linux). */
export class ProcessCpu {
  readonly #stat: number
  readonly #bytes = Buffer.alloc(STAT_BYTES)
  #last = 0

  /** @throws Error where there is no such process, or no /proc. */
  constructor(pid: number | undefined) {
    this.#stat = openSync(`/proc/${pid}/stat`, 'r')
  }

  /** Milliseconds that it has used, in user mode and in the kernel; the last known where it has ended. */
  read(): number {
    try {
      const length = readSync(this.#stat, this.#bytes, 0, STAT_BYTES, 0)
      const text = this.#bytes.toString('latin1', 0, length)
      // The name is in parentheses, and may have any characters.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      const ticks = Number(fields[UTIME]) + Number(fields[UTIME + 1])
      if (Number.isFinite(ticks)) this.#last = ticks * TICK
    } catch {
      // It ended just now.
    }
    return this.#last
  }

  close(): void {
    closeSync(this.#stat)
  }
}
