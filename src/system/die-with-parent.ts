import { createRequire } from 'node:module'

/** Linux, prctl(2): the signal this process gets when its parent is gone. */
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

interface Koffi {
  load(library: null): { func(prototype: string): (option: number, signal: number) => number }
}

/** A process in an endless loop never hears that its channel to the server was closed: the kernel ends it. */
export function dieWithParent(): void {
  if (process.platform !== 'linux') return
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi
    koffi.load(null).func('int prctl(int option, unsigned long signal)')(PR_SET_PDEATHSIG, SIGKILL)
  } catch {
    // Without FFI a process that still runs its event loop ends by itself, which is nearly all of them.
  }
}
