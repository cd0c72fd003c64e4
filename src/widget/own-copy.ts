import * as nodeModule from 'node:module'
import { pathToFileURL } from 'node:url'

/** The specifiers that authors import, and the files of this copy of Imgcast. */
export type Doors = Readonly<Record<string, string>>

/** The synchronous hooks of Node 22.15 and newer. */
type RegisterHooks = (hooks: {
  resolve(
    specifier: string,
    context: unknown,
    next: (specifier: string, context: unknown) => unknown,
  ): unknown
}) => void

/** Without them hooks run in a thread of their own, from their source. */
const THREAD_HOOKS = `let doors = {}
export function initialize(given) { doors = given }
export function resolve(specifier, context, next) {
  return doors[specifier] ? { url: doors[specifier], shortCircuit: true } : next(specifier, context)
}`

/** Whether a module that Node itself loads would get another copy of Imgcast, as beside a global or a linked one. */
export function findsOtherCopy(file: string, specifier: string): boolean {
  const own = nodeModule.createRequire(import.meta.url).resolve(specifier)
  try {
    return nodeModule.createRequire(file).resolve(specifier) !== own
  } catch {
    // It finds none: then the module is compiled, and the specifier replaced.
    return false
  }
}

/** Those hooks see no `require` of CommonJS. What it resolves to must be in its cache, as modules cannot be required there. */
function redirectRequire(doors: Doors): void {
  const loader = nodeModule.Module as unknown as {
    _resolveFilename(request: string, ...more: unknown[]): string
  }
  const resolve = loader._resolveFilename
  loader._resolveFilename = (request, ...more) => doors[request] ?? resolve.call(loader, request, ...more)
}

/** Lets every module that Node loads from now on resolve the specifiers to this copy: two would draw with two canvases. */
export function useOwnCopy(doors: Doors): void {
  const urls: Doors = Object.fromEntries(
    Object.entries(doors).map(([specifier, file]) => [specifier, pathToFileURL(file).href]),
  )
  const { registerHooks } = nodeModule as unknown as { registerHooks?: RegisterHooks }
  if (!registerHooks) {
    nodeModule.register(`data:text/javascript,${encodeURIComponent(THREAD_HOOKS)}`, { data: urls })
    redirectRequire(doors)
    return
  }
  registerHooks({
    resolve: (specifier, context, next) =>
      urls[specifier] === undefined ? next(specifier, context) : { url: urls[specifier], shortCircuit: true },
  })
}
