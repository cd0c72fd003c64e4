import { open, readdir } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { MODULE_ENDINGS } from './module-endings.ts'

/** Modules of a subfolder that are searched, the depth of the folders, and the part of each module that is read. */
const MAX_MODULES = 50
const MAX_DEPTH = 3
const MAX_HEAD_BYTES = 16_384
/** Modules that an export may come from in turn. */
const MAX_IMPORTS = 3

const NO_WIDGET = /\.(d|test|spec)\.[a-z]+$/
const EXPORTS = ['export default ', 'module.exports = ', 'exports.default = ']
/** What functions, classes, lists and texts begin with: no widget. */
const NO_OBJECTS = ['async ', 'function', 'class ', 'abstract ', "'", '"', '`', '[']
/** The authors' module, or an object with a `draw`. */
const WIDGET = /['"]imgcast\/widget['"]|\bdefineWidget\b|(?<!function )\bdraw ?[:,}(]/
const RELATIVE_IMPORT = /(?:\bfrom\s*|\bimport\s*|\brequire\(\s*)['"](\.[^'"]+)['"]/g

/** Whether a file of a widgets folder may be a widget, by its name. */
export function isModuleName(file: string): boolean {
  return MODULE_ENDINGS.has(extname(file)) && !NO_WIDGET.test(file)
}

/**
 * Lists the modules in a subfolder of a widgets folder that seem to be widgets, so that their author learns why they are
 * missing: those with a default export that draws, or comes from a module that does. Their code does not run.
 * @param loaded files that widgets have imported: these are their helpers.
 */
export async function findInnerWidgets(folder: string, loaded: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = []
  for (const file of (await listModules(folder, MAX_DEPTH)).slice(0, MAX_MODULES)) {
    if (loaded.has(resolve(file))) continue
    const text = await readHead(file)
    if (exportsObject(text) && (await leadsToWidget(file, text, MAX_IMPORTS))) found.push(file)
  }
  return found
}

/** Whether a module's default export may be an object. */
function exportsObject(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim())
  const value = lines.map(defaultOf).find((each) => each !== undefined)
  if (value === undefined || isNoObject(value)) return false
  const named = [`function ${value}(`, `class ${value} `, `const ${value} = `, `let ${value} = `]
  const declared = lines
    .map((line) => line.slice(line.startsWith('export ') ? 'export '.length : 0))
    .find((line) => named.some((beginning) => line.replace('async ', '').startsWith(beginning)))
  if (declared === undefined) return true
  return !isNoObject(declared.replace(named[2] ?? '', '').replace(named[3] ?? '', ''))
}

/** What a line exports by default: `it` for `export default it` and for `export { it as default }`. */
function defaultOf(line: string): string | undefined {
  const beginning = EXPORTS.find((each) => line.startsWith(each))
  if (beginning !== undefined) return line.slice(beginning.length).replace(/;$/, '')
  const [before, after] = line.split(' as default')
  if (after !== undefined) return before?.split(/[\s{,]/).at(-1)
  return /^export ?\{.*\bdefault\b/.test(line) ? '' : undefined
}

function isNoObject(value: string): boolean {
  if (NO_OBJECTS.some((beginning) => value.startsWith(beginning))) return true
  const [before = '', ...rest] = value.split('=>')
  const isParameter = /^\w+ ?$/.test(before)
  const isList = before.startsWith('(') && before.split('(').length === before.split(')').length
  return rest.length > 0 && (isParameter || isList)
}

async function listModules(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return isModuleName(entry.name) ? [path] : []
    return depth > 1 && isOwnFolder(entry.name) ? listModules(path, depth - 1) : []
  })
  return (await Promise.all(lists)).flat().sort()
}

/** Whether a folder may hold modules of the author's. */
export function isOwnFolder(name: string): boolean {
  return name !== 'node_modules' && !name.startsWith('.')
}

/** Whether a module mentions a widget, or a module that it imports does. */
async function leadsToWidget(file: string, text: string, depth: number): Promise<boolean> {
  if (WIDGET.test(text)) return true
  if (depth === 0) return false
  for (const [, path = ''] of text.matchAll(RELATIVE_IMPORT)) {
    const base = resolve(dirname(file), path)
    const names = MODULE_ENDINGS.has(extname(base)) ? [base] : [...MODULE_ENDINGS].map((end) => base + end)
    for (const name of names) {
      const imported = await readHead(name)
      if (imported !== '' && (await leadsToWidget(name, imported, depth - 1))) return true
    }
  }
  return false
}

/** The beginning of a file; empty for one that cannot be read. */
async function readHead(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEAD_BYTES), 0, MAX_HEAD_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return ''
  } finally {
    await file.close()
  }
}
