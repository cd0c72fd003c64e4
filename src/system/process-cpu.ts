import { closeSync, openSync, readSync } from 'node:fs'

/** Longer than /proc/<pid>/stat. */
const STAT_BYTES = 1024
/** Position of `utime` after the program's name; `stime` follows (proc_pid_stat(5)). */
const UTIME = 11
/** `USER_HZ`, the unit of the kernel's times: 100 on every Linux. */
const TICK = 10

/** The processor time of a process, as the kernel reports it (Linux). */
export class ProcessCpu {
  readonly #stat: number
  readonly #bytes = Buffer.alloc(STAT_BYTES)
  #last = 0

  /** @throws Error if there is no such process, or no /proc. */
  constructor(pid: number | undefined) {
    this.#stat = openSync(`/proc/${pid}/stat`, 'r')
  }

  /** Milliseconds that it has used, in user mode and in the kernel; the last known value if it has ended. */
  read(): number {
    try {
      const length = readSync(this.#stat, this.#bytes, 0, STAT_BYTES, 0)
      const text = this.#bytes.toString('latin1', 0, length)
      // The name is in parentheses, and can contain any characters.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      const ticks = Number(fields[UTIME]) + Number(fields[UTIME + 1])
      if (Number.isFinite(ticks)) this.#last = ticks * TICK
    } catch {
      // It has just ended.
    }
    return this.#last
  }

  close(): void {
    closeSync(this.#stat)
  }
}
