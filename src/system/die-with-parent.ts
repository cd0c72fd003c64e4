import { loadLibc } from './libc.ts'

/** Linux, prctl(2): the signal that this process gets when its parent ends. */
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/**
 * Makes the kernel kill this process when its parent ends: a process in an endless loop never notices that its channel to
 * the server was closed. Without Linux or FFI it does nothing: nearly every process still runs its event loop when its
 * parent ends, and exits by itself.
 */
export function dieWithParent(): void {
  try {
    loadLibc().func('int prctl(int option, unsigned long signal)')(PR_SET_PDEATHSIG, SIGKILL)
  } catch {
    // See above.
  }
}
