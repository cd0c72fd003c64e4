import { loadLibc } from './libc.ts'

/** Linux, prctl(2): the signal that this process gets when its parent ends. */
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/**
 * Has the kernel kill this process when its parent ends: a process in an endless loop never learns that its channel
 * to the server was closed. Does nothing where the kernel is not Linux or FFI is missing: nearly every process still
 * runs its event loop then, and ends by itself.
 */
export function dieWithParent(): void {
  try {
    loadLibc().func('int prctl(int option, unsigned long signal)')(PR_SET_PDEATHSIG, SIGKILL)
  } catch {
    // See above.
  }
}
