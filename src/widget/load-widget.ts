import { Module } from 'node:module'
import { basename, dirname, extname, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Jiti } from 'jiti'
import { type Manifest, toManifest } from './manifest.ts'
import { MODULE_ENDINGS } from './module-endings.ts'
import { type Doors, findsOtherCopy, useOwnCopy } from './own-copy.ts'
import { isWidgetName } from './room.ts'
import { isReservedName } from './server-paths.ts'
import type { Widget } from './widget.ts'
import { findWidgetFaults, notAWidget } from './widget-faults.ts'

/** A widget and its manifest. */
export interface LoadedWidget {
  widget: Widget
  manifest: Manifest
}

/** The folder of Imgcast's own modules, which change only with its version. */
const OWN_CODE = fileURLToPath(new URL('../', import.meta.url))
const BUILT_IN = fileURLToPath(new URL('../../widgets', import.meta.url))

/** Extensions of files that are compiled. */
const EXTENSIONS = [...MODULE_ENDINGS, '.cjs', '.cts']

/** The module that widgets import. */
const AUTHORS_DOOR = 'imgcast/widget'

/** Loads modules, each at most once: changed code needs a new process. */
export interface WidgetLoader {
  (file: string): Promise<LoadedWidget>
  /** The files that authors' modules were read from so far, except those of packages. */
  files(): string[]
  /** Loads the compiler of authors' modules in advance. */
  warm(): Promise<void>
}

/** Returns the widget name of a module: its file name without the extension. */
export function nameOf(file: string): string {
  return basename(file, extname(file))
}

/** Describes why a name cannot be a widget's; undefined for a valid one. */
export function findNameFault(name: string): string | undefined {
  if (!isWidgetName(name))
    return 'expected a kebab-case file name like my-widget, since it is the name in the URL'
  return isReservedName(name) ? `the name ${name} is taken by the server's own URLs` : undefined
}

/**
 * Creates a loader of widget modules. It rejects with a description of the fault, or with the error that the module's
 * code throws. Built-in widgets are already plain JavaScript. An author's module may be TypeScript and have JSX, does not
 * need `"type": "module"`, and can import `imgcast/widget` without installing it: every module gets the copy of this server.
 */
export function createWidgetLoader(): WidgetLoader {
  const doors = ownDoors()
  let compiler: Promise<Jiti> | undefined
  const loadCompiler = () => {
    compiler ??= createCompiler(doors)
    return compiler
  }
  /** The files of authors' modules and of packages. */
  let compiled: () => string[] = () => []
  let usesOwnCopy = false
  const compile = async (file: string): Promise<Exports> => {
    const jiti = await loadCompiler()
    compiled = () => Object.keys(jiti.cache)
    return jiti.import(file)
  }
  const load = async (path: string): Promise<LoadedWidget> => {
    const file = resolve(path)
    if (!usesOwnCopy && findsOtherCopy(file, AUTHORS_DOOR)) {
      useOwnCopy(doors)
      usesOwnCopy = true
    }
    const module: Exports =
      dirname(file) === BUILT_IN ? await import(pathToFileURL(file).href) : await compile(file)
    const exported = widgetOf(module)
    const faults = findWidgetFaults(exported)
    if (faults.length > 0) throw notAWidget(faults)
    const widget = exported as Widget
    return { widget, manifest: toManifest(nameOf(file), file, widget) }
  }
  const files = () =>
    compiled().filter((file) => !file.includes(`${sep}node_modules${sep}`) && !file.startsWith(OWN_CODE))
  const warm = async () => {
    // Only the first transformation reads the compiler's two megabytes.
    const jiti = await loadCompiler()
    jiti.transform({ source: 'const warm: number = 1', filename: 'warm.ts', ts: true })
  }
  return Object.assign(load, { files, warm })
}

/** Creates a compiler. It takes a third of a render process's start, so one that runs only built-in widgets loads none. */
async function createCompiler(doors: Doors): Promise<Jiti> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, {
    alias: { ...doors },
    fsCache: false,
    interopDefault: false,
    extensions: EXTENSIONS,
    jsx: { runtime: 'automatic', importSource: 'imgcast' },
  })
  // For CommonJS: its `require` takes only what is in the cache, or what Node or the compiler can load at once.
  const filename = doors[AUTHORS_DOOR] as string
  const exports: unknown = await import(pathToFileURL(filename).href)
  const entry: unknown = Object.assign(new Module(filename), { filename, exports, loaded: true })
  jiti.cache[filename] = entry as Jiti['cache'][string]
  return jiti
}

/** The exports of a module; those of CommonJS may be the widget itself. */
type Exports = { default?: unknown; draw?: unknown; __esModule?: true }

/** Returns the widget that a module exports: `export default`, or `module.exports =`. */
function widgetOf(module: Exports): unknown {
  const isItself = module.default === undefined && module.draw !== undefined && !module.__esModule
  return isItself ? module : module.default
}

/** The modules that a widget may import, and the one that says which these are. */
function ownDoors(): Doors {
  // In the same folder and with the same extension as this module: compiled, or TypeScript in a test.
  const beside = (name: string) =>
    fileURLToPath(new URL(`${name}${extname(import.meta.url)}`, import.meta.url))
  return {
    [AUTHORS_DOOR]: beside('author'),
    'imgcast/test': beside('../test'),
    'imgcast/jsx-runtime': beside('jsx-runtime'),
    imgcast: beside('host-door'),
  }
}
