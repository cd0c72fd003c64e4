import { closeSync, openSync, readFileSync } from 'node:fs'

/** Opens any file and closes it again. @throws the system's error. */
function openAny(): void {
  closeSync(openSync('/dev/null', 'r'))
}

/**
 * Whether this process or the machine has no file descriptor left (`EMFILE`, `ENFILE`). Node then drops new connections
 * without an event (libuv's `uv__emfile_trick`), so opening a file is the only way to detect it. Takes about 10 µs.
 */
export function isOutOfDescriptors(open: () => void = openAny): boolean {
  try {
    open()
    return false
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return ['EMFILE', 'ENFILE'].includes(code)
  }
}

/** The limit of this process's file descriptors; undefined if the system does not report it (Linux does). */
export function descriptorLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return limit === undefined ? undefined : Number(limit)
  } catch {
    return undefined
  }
}
