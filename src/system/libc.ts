import { createRequire } from 'node:module'

/** The C library, as far as the kernel is asked for what Node has no call for. */
export interface Libc {
  /** Makes a function of a C prototype; a Buffer is handed on as a pointer to its bytes. */
  func(prototype: string): (...values: unknown[]) => number
  /** Where a Buffer's bytes are, or what a function of type `void *` answered points to. */
  address(value: unknown): bigint
  /** Why the last call failed (errno(3)). */
  errno(): number
  /** The memory that a function of type `void *` answered. */
  view(pointer: unknown, length: number): ArrayBuffer
}

interface Koffi extends Omit<Libc, 'func'> {
  load(library: null): Pick<Libc, 'func'>
}

/** Loads the C library of this process. @throws Error where it is not Linux's, or koffi is not there. */
export function loadLibc(): Libc {
  if (process.platform !== 'linux') throw new Error(`${process.platform} has other names for these options`)
  const { load, ...koffi } = createRequire(import.meta.url)('koffi') as Koffi
  const library = load(null)
  return { ...koffi, func: (prototype) => library.func(prototype) }
}
