import { createRequire } from 'node:module'

/** The C library, for system calls that Node does not offer. */
export interface Libc {
  /** Creates a function from a C prototype. A Buffer is passed as a pointer to its bytes. */
  func(prototype: string): (...values: unknown[]) => number
  /** The address of a Buffer's bytes, or of the memory that a function of type `void *` returned. */
  address(value: unknown): bigint
  /** Returns the error number of the last call (errno(3)). */
  errno(): number
  /** The memory at a pointer that a function of type `void *` returned. */
  view(pointer: unknown, length: number): ArrayBuffer
}

interface Koffi extends Omit<Libc, 'func'> {
  load(library: null): Pick<Libc, 'func'>
}

/**
 * Loads the C library of this process: the only place that uses FFI.
 * @throws Error if the system is not Linux, whose constants the callers use, or if koffi is not installed.
 */
export function loadLibc(): Libc {
  if (process.platform !== 'linux')
    throw new Error(`expected Linux, because direct system calls are used, got ${process.platform}`)
  const { load, ...koffi } = createRequire(import.meta.url)('koffi') as Koffi
  const library = load(null)
  return { ...koffi, func: (prototype) => library.func(prototype) }
}
