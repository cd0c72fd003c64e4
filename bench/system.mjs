import { readdirSync, readFileSync } from 'node:fs'

/** Linux reports processor time in hundredths of a second, independent of its own clock. */
const TICK = 10
const PAGE_BYTES = 4096

/**
 * Milliseconds of processor time that a process has used, in user mode and in the kernel: by the scheduler's nanoseconds
 * of its threads (proc(5), `schedstat`), or by `stat` if the kernel has none.
 */
export function processorTime(pid) {
  try {
    const times = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return times.reduce((sum, time) => sum + time, 0) / 1e6
  } catch {
    const fields = statOf(pid)
    return fields ? (Number(fields[11]) + Number(fields[12])) * TICK : 0
  }
}

/** Resident memory of a process in bytes (`RSS`). */
export function residentBytes(pid) {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
}

/** The number of open descriptors of a process. */
export function descriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** The running child processes of a process. */
export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** The fields after the name, which may contain spaces. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
