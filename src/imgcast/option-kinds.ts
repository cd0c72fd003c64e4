import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { compile } from 'proxy-addr'
import { findDriver } from '../cluster/drivers.ts'
import { formatDuration, parseDuration } from '../widget/duration.ts'
import { findWidgetPackage, isFolder, isPackageName, PACKAGE_KEYWORD } from '../widget/widget-package.ts'

/** An option without its name, which is its key in the table. */
export interface OptionSpec<Value> {
  /** The placeholder of the value in the help. */
  value: string
  default: Value
  /** The valid values, as the words after `expected`. */
  expected: string
  help: string
  /** Only for the command: a host app that embeds the server decides these itself. */
  serverOnly?: boolean
  /** Can be given several times. In the environment, commas separate the values. */
  repeatable?: boolean
  /** Whether its value must never be shown. */
  secret?: boolean
  /** Reads one value; undefined for a wrong one. */
  parse(text: string): unknown
  /** The fault of one wrong value, in place of what was expected; undefined for the latter. */
  explain?(text: string): string | undefined
}

/** An option of any kind. */
export function option<Value>(spec: OptionSpec<Value>): OptionSpec<Value> {
  return spec
}

/** The parts of every option that takes a folder. */
export const folder = {
  value: 'folder',
  expected: 'a folder that exists',
  parse: (path: string) => (existsSync(path) && statSync(path).isDirectory() ? path : undefined),
}

/** Marks an option that only the command has. */
export function serverOnly<Spec extends OptionSpec<unknown>>(spec: Spec): Spec & { serverOnly: true } {
  return { ...spec, serverOnly: true }
}

/** An option that can be given several times. */
export function repeatable(
  spec: Omit<OptionSpec<string>, 'default'>,
): OptionSpec<string[]> & { repeatable: true } {
  return { ...spec, default: [], repeatable: true }
}

/** A whole number in a range. */
export function integer(fallback: number, min: number, max: number, help: string): OptionSpec<number> {
  const parse = (text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  }
  return { value: 'number', default: fallback, expected: `a whole number from ${min} to ${max}`, parse, help }
}

/** A time in a range, in milliseconds. */
export function duration(
  fallback: number,
  min: number,
  max: number,
  help: string,
): OptionSpec<number> & { value: 'time' } {
  const parse = (text: string) => {
    const value = parseDuration(text)
    return value !== undefined && value >= min && value <= max ? value : undefined
  }
  const expected = `a time with its unit from ${formatDuration(min)} to ${formatDuration(max)}, like 500ms or 10s`
  return { value: 'time', default: fallback, expected, parse, help }
}

/** A text of a grammar. */
export function text<Value extends string | undefined>(
  fallback: Value,
  expected: string,
  grammar: RegExp,
  rest: Pick<OptionSpec<Value>, 'help'> & Partial<OptionSpec<Value>>,
): OptionSpec<Value> {
  const parse = (value: string) => (grammar.test(value) ? value : undefined)
  return { value: 'text', default: fallback, expected, parse, ...rest }
}

/** The number of processes on one port. */
export function processCount(): OptionSpec<number> {
  return option<number>({
    value: 'number|auto',
    default: 1,
    expected: 'auto, or a whole number from 1 to 64',
    help: 'processes that serve on the port; auto for one on each processor',
    parse: (value) => (value === 'auto' ? availableParallelism() : integer(1, 1, 64, '').parse(value)),
  })
}

/** A token, whose value is never shown. */
export function secret(help: string): OptionSpec<string | undefined> {
  return text<string | undefined>(undefined, 'at least 16 characters without spaces', /^\S{16,}$/, {
    ...{ help, secret: true },
  })
}

/** The path of a file that exists. */
export function file(help: string): OptionSpec<string | undefined> {
  const parse = (path: string) => (existsSync(path) && statSync(path).isFile() ? path : undefined)
  return { value: 'file', default: undefined, expected: 'a file that exists', parse, help }
}

/** Folders of widgets, or installed packages of them. */
export function widgetFolders(): OptionSpec<string[]> & { repeatable: true } {
  return repeatable({
    value: 'folder|package',
    expected: `a folder that exists, or the name of an installed package with the keyword ${PACKAGE_KEYWORD}`,
    help: 'folder of your own widget modules, reloaded when they change, or npm package of widgets',
    parse: (text) =>
      isFolder(text) ? text : isPackageName(text) ? findWidgetPackage(text)?.folder : undefined,
    explain: (text) => (isPackageName(text) ? findWidgetPackage(text)?.fault : undefined),
  })
}

/** Reads trusted proxies: their number, or addresses and names of ranges, separated by commas. Undefined for anything else. */
export function parseProxies(text: string): string | undefined {
  if (/^\d+$/.test(text)) return text
  try {
    compile(text.split(',').map((part) => part.trim()))
    return text
  } catch {
    return undefined
  }
}

/** Reads a store's location. Undefined if no driver accepts it. */
export function parseStore(text: string): string | undefined {
  return findDriver(text) ? text : undefined
}

/** Reads an http or https URL without a user name, a password or a query. Undefined for anything else. */
export function parsePublicUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const { username, password, search, hash } = url
  return username + password + search + hash === '' ? url.href.replace(/\/$/, '') : undefined
}
