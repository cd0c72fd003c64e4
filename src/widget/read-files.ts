import { resolve } from 'node:path'

/** The name of the set of files that modules read while they load; shared by all copies of this module. */
const FILES = Symbol.for('imgcast.readFiles')

interface Global {
  [FILES]?: Set<string> | undefined
}

/** Records the files that modules read from now on, beside those that they import. Returns a function that ends this, with the files. */
export function recordFiles(): () => string[] {
  const files = new Set<string>()
  Object.assign(globalThis, { [FILES]: files } satisfies Global)
  return () => {
    Object.assign(globalThis, { [FILES]: undefined } satisfies Global)
    return [...files]
  }
}

/** Notes that a module reads a file, even if there is none: a module that loads is loaded again when the file changes. */
export function noteFile(path: string): void {
  ;(globalThis as Global)[FILES]?.add(resolve(path))
}
