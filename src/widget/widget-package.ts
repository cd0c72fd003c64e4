import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'

/** The keyword of npm packages that contain widgets. */
export const PACKAGE_KEYWORD = 'imgcast-widget'

/** The folder of a package's widgets, unless its `package.json` names another as `imgcast.widgets`. */
const DEFAULT_FOLDER = 'widgets'
/** The grammar of npm's names, in lower case (validate-npm-package-name). */
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/

/** The part of a `package.json` that matters here. */
interface PackageJson {
  version?: unknown
  keywords?: unknown
  peerDependencies?: Readonly<Record<string, unknown>>
  imgcast?: { widgets?: unknown }
}

/** The widgets of an installed package, or why there are none. */
export type FoundPackage = { folder: string; fault?: never } | { folder?: never; fault: string }

/** Whether a text can be the name of an npm package. */
export function isPackageName(text: string): boolean {
  return text.length <= 214 && NAME.test(text)
}

/**
 * Finds the widgets of an installed npm package, as Node finds a module: in the `node_modules` of the folder `from` and of
 * those above it; undefined if it is not installed. The package has the keyword `imgcast-widget`, and a range of Imgcast's versions in `peerDependencies`.
 */
export function findWidgetPackage(name: string, from = process.cwd()): FoundPackage | undefined {
  const file = findPackageFile(name, resolve(from))
  if (file === undefined) return undefined
  const description = readJson(file)
  if (!description) return { fault: `${file} is not valid JSON` }
  const { keywords, peerDependencies, imgcast } = description
  if (!Array.isArray(keywords) || !keywords.includes(PACKAGE_KEYWORD))
    return { fault: `the package ${name} has no widgets: expected the keyword ${PACKAGE_KEYWORD} in ${file}` }
  const range = peerDependencies?.imgcast
  if (typeof range !== 'string' || validRange(range) === null)
    return { fault: `expected \`peerDependencies.imgcast\` in ${file} to be a range like ^${ownVersion()}` }
  if (!satisfies(ownVersion(), range, { includePrerelease: true }))
    return { fault: `the package ${name} is for Imgcast ${range}, and this is ${ownVersion()}` }
  const folder = join(dirname(file), String(imgcast?.widgets ?? DEFAULT_FOLDER))
  return isFolder(folder) ? { folder } : { fault: `the package ${name} has no folder ${folder}` }
}

/** The version of Imgcast. */
export function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('imgcast/package.json') as { version: string }
  return version
}

/** Whether a path is that of a folder that exists. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

// Not `require.resolve`: a package with `exports` hides its package.json from it.
function findPackageFile(name: string, from: string): string | undefined {
  const file = join(from, 'node_modules', name, 'package.json')
  if (existsSync(file)) return file
  return dirname(from) === from ? undefined : findPackageFile(name, dirname(from))
}

function readJson(file: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson
  } catch {
    return undefined
  }
}
