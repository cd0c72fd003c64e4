import { readdir } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { builtInFolder } from './built-in-folder.ts'
import { findInnerWidgets, isModuleName, isOwnFolder } from './inner-widgets.ts'
import { createWidgetLoader, findNameFault, type LoadedWidget, nameOf } from './load-widget.ts'
import { MODULE_ENDINGS } from './module-endings.ts'
import { recordFiles } from './read-files.ts'
import type { Role, Roles } from './role.ts'
import { toWidgetFault, type WidgetFault } from './widget-fault.ts'
import { notAWidget } from './widget-faults.ts'

export type { WidgetFault }

/** The widgets of some folders by name, and the modules that did not load. */
export interface LoadedFolders {
  widgets: Map<string, LoadedWidget>
  faults: WidgetFault[]
  /** Every file that their code was read from, in a folder or not: modules, the files that they import, JSON and pictures. */
  files: string[]
  /** The names of the built-in widgets with a role. A widget that replaces one takes its part, even if it is faulty. */
  roles: Roles
  /** What an author may not expect, as sentences: replaced widgets, and files that are not loaded. */
  notices: string[]
}

/** Files to watch. */
const MAX_FILES = 1_000
/** Endings of modules that an author may expect to be widgets. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['.cjs', '.cts'])
const TEST = /\.(d|test|spec)\.[a-z]+$/

/**
 * Loads every module of the folders in sequence. A later folder's widget replaces an earlier one of the same name, so a
 * built-in widget can be replaced. A faulty module is reported, and the others still load. Each module is read once per
 * process: changed code needs a new process. A folder that cannot be read is a fault without a name.
 * @param before called with each file before its code runs, so that a module that never returns can be identified.
 * @param skip files that are known to hang or kill their process, with the reason.
 * @param loadWidget a loader made in advance, for a fast start.
 */
export async function loadFolders(
  folders: readonly string[],
  skip: ReadonlyMap<string, string> = new Map(),
  before: (file: string) => void = () => {},
  loadWidget = createWidgetLoader(),
): Promise<LoadedFolders> {
  const widgets = new Map<string, LoadedWidget>()
  const faults = new Map<string, WidgetFault>()
  const roles = new Map<Role, string>()
  const roots = folders.map((folder) => resolve(folder))
  const notices: string[] = []
  const listFolder = (folder: string) =>
    listModules(folder, notices).catch((error: Error): string[] => {
      faults.set(folder, { name: '', file: folder, message: error.message, publicMessage: 'cannot be read' })
      return []
    })
  const endRecording = recordFiles()
  for (const file of (await Promise.all(folders.map(listFolder))).flat()) {
    const name = nameOf(file)
    const replaced = widgets.get(name)?.manifest.file
    if (replaced !== undefined) notices.push(describeReplaced(name, file, replaced))
    widgets.delete(name)
    faults.delete(name)
    try {
      const reason = skip.get(file) ?? findNameFault(name)
      if (reason !== undefined) throw notAWidget([reason])
      before(file)
      const loaded = await loadWidget(file)
      widgets.set(name, loaded)
      if (loaded.manifest.role) roles.set(loaded.manifest.role, name)
    } catch (error) {
      faults.set(name, toWidgetFault(name, file, error, roots))
    }
  }
  const found = [...faults.values()]
  // A file that does not load is watched as well, so that its repair is noticed.
  const files = new Set([...loadWidget.files(), ...found.map(({ file }) => file), ...endRecording()])
  for (const folder of folders) notices.push(...(await describeInner(folder, files)))
  return { widgets, faults: found, files: [...files].slice(0, MAX_FILES), roles, notices }
}

function describeReplaced(name: string, file: string, replaced: string): string {
  const isBuiltIn = dirname(replaced) === resolve(builtInFolder())
  return `${file} replaces ${isBuiltIn ? `the built-in widget ${name}` : replaced}`
}

/** The widgets in subfolders of a folder, which are not loaded. */
async function describeInner(folder: string, files: ReadonlySet<string>): Promise<string[]> {
  if (resolve(folder) === resolve(builtInFolder())) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const inner = entries.filter((entry) => entry.isDirectory() && isOwnFolder(entry.name))
  const found = await Promise.all(inner.map(({ name }) => findInnerWidgets(join(folder, name), files)))
  return found
    .flat()
    .map(
      (file) => `${file} is not loaded: expected widgets directly in ${folder}, subfolders are not searched`,
    )
}

async function listModules(folder: string, notices: string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  for (const file of files) {
    if (UNSUPPORTED.has(extname(file)) && !TEST.test(file))
      notices.push(`${join(folder, file)} is not loaded: expected one of ${[...MODULE_ENDINGS].join(', ')}`)
  }
  return files
    .filter((file) => isModuleName(file))
    .sort()
    .map((file) => resolve(join(folder, file)))
}
