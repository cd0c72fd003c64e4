import { readFileSync } from 'node:fs'

/** Short, as a longer one is cut to the length of the command line. Processes of others can read it (`ps`). */
const TITLE = 'imgcast stops'
/** The part of it that fits into a shorter command line. */
const RECOGNISED = TITLE.slice(0, 9)

/** Shows other processes that this one is about to end. */
export function showStopping(): void {
  process.title = TITLE
}

/** Whether a process has called `showStopping`, by the kernel's table of processes (Linux). */
export function isStopping(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(RECOGNISED)
  } catch {
    // Not Linux, or it has ended just now.
    return false
  }
}
