import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createJiti, type Jiti } from 'jiti'
import type { Widget } from './define-widget.ts'
import { type Manifest, toManifest } from './manifest.ts'
import { MODULE_ENDINGS } from './module-endings.ts'
import { toWidgetFault, type WidgetFault } from './widget-fault.ts'
import { findWidgetFaults } from './widget-faults.ts'

export type { WidgetFault }

/** A widget and what the server knows of it. */
export interface LoadedWidget {
  widget: Widget
  manifest: Manifest
}

/** The widgets of some folders, by name, and the modules that are none. */
export interface LoadedFolders {
  widgets: Map<string, LoadedWidget>
  faults: WidgetFault[]
}

const NO_WIDGET = /\.(d|test|spec)\.[a-z]+$/
const BUILT_IN = fileURLToPath(new URL('../../widgets', import.meta.url))
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
/** First segments of URLs that are not pictures. */
const TAKEN: ReadonlySet<string> = new Set(
  'api assets dashboard healthz live-img metrics readyz ws'.split(' '),
)

/**
 * Loads every module of the folders, one after the other; of two with one name the later folder's counts, so that
 * a built-in widget can be replaced. A wrong module is reported and the others load. Reads each module once a
 * process: changed code needs a fresh one. A folder that cannot be read is a fault without a name.
 * @param before is told each file before its code runs, so that a module that never returns can be named.
 * @param skip files that are known to hang or kill their process, with the reason.
 * @param jiti runs authors' modules; made beforehand where a start must be quick.
 */
export async function loadFolders(
  folders: readonly string[],
  skip: ReadonlyMap<string, string> = new Map(),
  before: (file: string) => void = () => {},
  jiti = createLoader(),
): Promise<LoadedFolders> {
  const widgets = new Map<string, LoadedWidget>()
  const faults = new Map<string, WidgetFault>()
  const roots = folders.map((folder) => resolve(folder))
  const listFolder = (folder: string) =>
    listModules(folder).catch((error: Error): string[] => {
      faults.set(folder, { name: '', file: folder, message: error.message })
      return []
    })
  for (const file of (await Promise.all(folders.map(listFolder))).flat()) {
    const name = basename(file, extname(file))
    widgets.delete(name)
    faults.delete(name)
    try {
      const reason = skip.get(file)
      if (reason !== undefined) throw new TypeError(reason)
      if (!NAME.test(name))
        throw new TypeError('expected a kebab-case file name, since it is the name in the URL')
      if (TAKEN.has(name)) throw new TypeError(`the name ${name} is taken by the server's own URLs`)
      before(file)
      const widget = await importWidget(file, jiti)
      widgets.set(name, { widget, manifest: toManifest(name, file, widget) })
    } catch (error) {
      faults.set(name, toWidgetFault(name, file, error, roots))
    }
  }
  return { widgets, faults: [...faults.values()] }
}

async function listModules(folder: string): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter((file) => MODULE_ENDINGS.has(extname(file)) && !NO_WIDGET.test(file))
    .sort()
    .map((file) => resolve(join(folder, file)))
}

async function importWidget(file: string, jiti: Jiti): Promise<Widget> {
  const module: { default?: unknown } =
    dirname(file) === BUILT_IN ? await import(pathToFileURL(file).href) : await jiti.import(file)
  const faults = findWidgetFaults(module.default)
  if (faults.length > 0) throw new TypeError(faults.join('; '))
  return module.default as Widget
}

/**
 * Built-in widgets are plain JavaScript already. An author's module may be TypeScript, may lie in a folder whose
 * package.json says nothing of modules, and finds `imgcast` although nobody installed it there.
 */
export function createLoader(): Jiti {
  const imgcast = createRequire(import.meta.url).resolve('imgcast')
  const jiti = createJiti(import.meta.url, { alias: { imgcast }, fsCache: false, interopDefault: false })
  // The first transformation reads a compiler of two megabytes.
  jiti.transform({ source: 'const warm: number = 1', filename: 'warm.ts', ts: true })
  return jiti
}
