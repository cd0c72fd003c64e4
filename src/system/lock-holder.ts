import { readFileSync, statSync } from 'node:fs'

/** SQLite locks the bytes from here on, because no database is this long (sqlite.org/lockingv3.html). */
const PENDING_BYTE = 0x40_00_00_00

/**
 * The process that holds SQLite's lock on a file, by the kernel's table of locks (proc_locks(5)); undefined if there is no
 * lock, or the table cannot be read.
 */
export function findLockHolder(path: string): number | undefined {
  try {
    const { ino } = statSync(path)
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      // 1: POSIX  ADVISORY  WRITE 4711 08:01:1835 1073741825 1073741825
      const [, , , , pid, file = '', start] = line.trim().split(/\s+/)
      if (file.endsWith(`:${ino}`) && Number(start) >= PENDING_BYTE && Number(pid) > 0) return Number(pid)
    }
  } catch {
    // Not Linux, or no such file.
  }
  return undefined
}
