import { basename, dirname, extname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { type Manifest, toManifest } from './manifest.ts'
import { isWidgetName } from './room.ts'
import { isReservedName } from './server-paths.ts'
import type { Widget } from './widget.ts'
import { findWidgetFaults, notAWidget } from './widget-faults.ts'

/** A widget and what the server knows of it. */
export interface LoadedWidget {
  widget: Widget
  manifest: Manifest
}

const BUILT_IN = fileURLToPath(new URL('../../widgets', import.meta.url))

/** Loads modules, each at most once: changed code needs a fresh process. */
export type WidgetLoader = (file: string) => Promise<LoadedWidget>

/** A widget's name: its module's without the ending. */
export function nameOf(file: string): string {
  return basename(file, extname(file))
}

/** Says what keeps a name from being a widget's; undefined for a good one. */
export function findNameFault(name: string): string | undefined {
  if (!isWidgetName(name))
    return 'expected a kebab-case file name like my-widget, since it is the name in the URL'
  return isReservedName(name) ? `the name ${name} is taken by the server's own URLs` : undefined
}

/**
 * Makes a loader of widget modules; it rejects with what is wrong with a module, or with what its code throws. Built-in
 * widgets are plain JavaScript already. An author's module may be TypeScript, may lie in a folder whose package.json
 * says nothing of modules, and finds `imgcast` although nobody installed it there: what authors use, and no server.
 */
export function createWidgetLoader(): WidgetLoader {
  // Beside this module, and of the same kind: built, or TypeScript under test.
  const imgcast = fileURLToPath(new URL(`author${extname(import.meta.url)}`, import.meta.url))
  const jiti = createJiti(import.meta.url, { alias: { imgcast }, fsCache: false, interopDefault: false })
  // The first transformation reads a compiler of two megabytes: before anyone waits for it.
  jiti.transform({ source: 'const warm: number = 1', filename: 'warm.ts', ts: true })
  return async (path) => {
    const file = resolve(path)
    const module: { default?: unknown } =
      dirname(file) === BUILT_IN ? await import(pathToFileURL(file).href) : await jiti.import(file)
    const faults = findWidgetFaults(module.default)
    if (faults.length > 0) throw notAWidget(faults)
    const widget = module.default as Widget
    return { widget, manifest: toManifest(nameOf(file), file, widget) }
  }
}
