import { createRequire } from 'node:module'

/** The C library, as far as the kernel is asked for what Node has no call for. */
export interface Libc {
  /** Makes a function of a C prototype; a Buffer is handed on as a pointer to its bytes. */
  func(prototype: string): (...values: unknown[]) => number
}

interface Koffi {
  load(library: null): Libc
}

/** Loads the C library of this process. @throws Error where it is not Linux's, or koffi is not there. */
export function loadLibc(): Libc {
  if (process.platform !== 'linux') throw new Error(`${process.platform} has other names for these options`)
  const koffi = createRequire(import.meta.url)('koffi') as Koffi
  return koffi.load(null)
}
