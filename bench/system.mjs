import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, whatever its own clock. */
const TICK = 10
const PAGE_BYTES = 4096

/**
 * Milliseconds of processor a process has used, in its own code and in the kernel for it: by the scheduler's nanoseconds
 * of its threads (proc(5), `schedstat`), or where the kernel keeps none by `stat`.
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

/** Bytes of memory that a process holds (`RSS`). */
export function residentBytes(pid) {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES
}

/** How many descriptors a process has open. */
export function descriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** The processes that a process started and that still run. */
export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** The fields behind the name, which may hold spaces itself. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
