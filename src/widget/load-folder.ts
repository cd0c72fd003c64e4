import { open, readdir } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { builtInFolder } from './built-in-folder.ts'
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
/** Modules of a subfolder that are searched for a widget, and the part of each that is read. */
const MAX_INNER_MODULES = 20
const MAX_HEAD_BYTES = 16_384
/** Endings of modules that an author may expect to be widgets. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['.cjs', '.cts'])
const NO_WIDGET = /\.(d|test|spec)\.[a-z]+$/

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
  return { widgets, faults: found, files: [...files].slice(0, MAX_FILES), roles, notices }
}

function describeReplaced(name: string, file: string, replaced: string): string {
  const isBuiltIn = dirname(replaced) === resolve(builtInFolder())
  return `${file} replaces ${isBuiltIn ? `the built-in widget ${name}` : replaced}`
}

async function listModules(folder: string, notices: string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const inner = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map(({ name }) => findInnerWidget(join(folder, name))),
  )
  for (const file of inner.filter((each) => each !== undefined))
    notices.push(`${file} is not loaded: expected widgets directly in ${folder}, subfolders are not searched`)
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  for (const file of files) {
    if (UNSUPPORTED.has(extname(file)) && !NO_WIDGET.test(file))
      notices.push(`${join(folder, file)} is not loaded: expected one of ${[...MODULE_ENDINGS].join(', ')}`)
  }
  return files
    .filter((file) => MODULE_ENDINGS.has(extname(file)) && !NO_WIDGET.test(file))
    .sort()
    .map((file) => resolve(join(folder, file)))
}

/** Returns a module in a subfolder that looks like a widget, so that its author learns why it is missing. */
async function findInnerWidget(folder: string): Promise<string | undefined> {
  const files = await readdir(folder).catch((): string[] => [])
  const modules = files.filter((file) => MODULE_ENDINGS.has(extname(file)) && !NO_WIDGET.test(file))
  for (const file of modules.slice(0, MAX_INNER_MODULES)) {
    const head = await readHead(join(folder, file)).catch(() => '')
    if (/\bdefineWidget\s*\(/.test(head)) return join(folder, file)
  }
  return undefined
}

async function readHead(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEAD_BYTES), 0, MAX_HEAD_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
