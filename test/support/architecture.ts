import { posix } from 'node:path'

/** One breach of the architecture: the rule, the file and what is wrong in it. */
export interface Fault {
  rule: Rule
  path: string
  message: string
}

/** What the checker looks for. */
export type Rule =
  | 'floors'
  | 'inner-floors'
  | 'circles'
  | 'widgets'
  | 'extensions'
  | 'length'
  | 'state'
  | 'exports'
  | 'enums'
  | 'names'

/** Source texts by path from the project's root, such as src/http/app.ts. */
export type Sources = Record<string, string>

/** The floors from left to right; a file imports from its own floor or one further right. */
export const floors: string[][] = [
  ['cli'],
  ['imgcast'],
  ['http'],
  ['hooks', 'status', 'series', 'pushed', 'camera', 'edge'],
  ['viewer'],
  ['channel'],
  ['render', 'cluster'],
  ['schema'],
  ['widget'],
  ['picture'],
  ['system'],
  ['errors'],
]

/**
 * The floors inside a floor, from left to right: folders, or files right in it. Files that no row names are what
 * the others share, and lie furthest right.
 */
export const innerFloors: Record<string, string[][]> = {
  http: [
    ['upgrade.ts'],
    ['handler.ts'],
    ['router.ts'],
    ['api', 'dashboard'],
    ['metrics'],
    ['socket', 'edge'],
    ['picture'],
    ['stream', 'page', 'audit'],
  ],
  cli: [
    ['main.ts'],
    ['read-command-line.ts'],
    ['create-program.ts'],
    ['commands.ts'],
    ['commands'],
    ['completion', 'doctor', 'serve', 'top'],
  ],
}

/** The most lines a file in src may have. */
export const maxLines = 300

const vagueName = /(?:^|[a-z0-9_-])(?:Manager|Service|Helper|Util)s?$|^(?:manager|service|helper|util)s?$/
const vagueFileName = /(?:^|-)(?:manager|service|helper|util)s?$/

/** The faults in src/ and widgets/; aliases map bare specifiers of this project to paths in src. */
export function architectureFaults(sources: Sources, aliases: Record<string, string> = {}): Fault[] {
  const faults = Object.entries(sources).flatMap(([path, source]) => {
    const specifiers = importsOf(source)
    if (path.startsWith('widgets/')) return widgetFaults(path, specifiers)
    return [
      ...floorFaults(path, specifiers, aliases),
      ...innerFloorFaults(path, specifiers),
      ...extensionFaults(path, specifiers),
      ...lengthFaults(path, source),
      ...declarationFaults(path, source),
      ...nameFaults(path, source),
    ]
  })
  return [...faults, ...circleFaults(sources)]
}

/** The specifiers a source imports: static, exported from, dynamic, in types, and URLs of sibling modules. */
export function importsOf(source: string): string[] {
  const code = withoutCommentLines(source)
  const patterns = [
    // The formatter keeps a module's import and export statements in the first column.
    /^import\b[^'"`=;()]*(['"])(?<specifier>[^'"\n]+)\1/gm,
    /^export\b[^'"`=;()]*\bfrom\s*(['"])(?<specifier>[^'"\n]+)\1/gm,
    /\b(?:import|require|import\.meta\.resolve)\(\s*(['"`])(?<specifier>[^'"`\n]+)\1/g,
    /\bnew URL\(\s*(['"`])(?<specifier>\.[^'"`\n]+\.[cm]?[jt]s)\1,\s*import\.meta\.url/g,
  ]
  return patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match.groups?.specifier as string),
  )
}

/** The floor of a path in src: its folder, or for a file right in src either errors or imgcast. */
export function floorOf(path: string): string {
  const [, first = '', ...deeper] = path.split('/')
  if (deeper.length > 0) return first
  return first === 'errors.ts' ? 'errors' : 'imgcast'
}

function floorFaults(path: string, specifiers: string[], aliases: Record<string, string>): Fault[] {
  const own = floorOf(path)
  const rank = rankOf(own)
  if (rank < 0) return [fault('floors', path, `there is no floor called ${own}`)]
  return specifiers.flatMap((specifier) => {
    const target = isRelative(specifier) ? posix.join(posix.dirname(path), specifier) : aliases[specifier]
    if (target === undefined) return []
    if (!target.startsWith('src/'))
      return [fault('floors', path, `imports ${specifier}, which is not in src`)]
    const floor = floorOf(target)
    if (floor === own || rankOf(floor) > rank) return []
    return [fault('floors', path, `${own} may not import ${specifier}, which is of ${floor}`)]
  })
}

function innerFloorFaults(path: string, specifiers: string[]): Fault[] {
  const [, floor = ''] = path.split('/')
  const rows = innerFloors[floor]
  if (!rows) return []
  const rankInside = (file: string) => {
    const rank = rows.findIndex((names) => names.includes(file.split('/')[2] as string))
    return rank < 0 ? rows.length : rank
  }
  return specifiers.filter(isRelative).flatMap((specifier) => {
    const target = posix.join(posix.dirname(path), specifier)
    if (!target.startsWith(`src/${floor}/`)) return []
    const isSameRoom = target.split('/')[2] === path.split('/')[2]
    const isShared = rankInside(path) === rows.length && rankInside(target) === rows.length
    if (isSameRoom || isShared || rankInside(target) > rankInside(path)) return []
    return [fault('inner-floors', path, `may not import ${specifier}, which lies further left in ${floor}`)]
  })
}

/** Every circle of imports within src, types too: one fault for each file whose import closes one. */
function circleFaults(sources: Sources): Fault[] {
  const imports = new Map(
    Object.entries(sources)
      .filter(([path]) => path.startsWith('src/'))
      .map(([path, source]) => [
        path,
        importsOf(source)
          .filter(isRelative)
          .map((specifier) => posix.join(posix.dirname(path), specifier)),
      ]),
  )
  const faults: Fault[] = []
  const done = new Set<string>()
  const visit = (path: string, way: string[]): void => {
    const start = way.indexOf(path)
    if (start >= 0) {
      faults.push(fault('circles', way.at(-1) as string, [...way.slice(start), path].join(' -> ')))
      return
    }
    if (done.has(path)) return
    for (const target of imports.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return faults
}

function widgetFaults(path: string, specifiers: string[]): Fault[] {
  return specifiers
    .filter((specifier) => specifier !== 'imgcast/widget')
    .map((specifier) =>
      fault('widgets', path, `imports ${specifier}; a widget may import only imgcast/widget`),
    )
}

function extensionFaults(path: string, specifiers: string[]): Fault[] {
  return specifiers
    .filter((specifier) => isRelative(specifier) && !specifier.endsWith('.ts'))
    .map((specifier) => fault('extensions', path, `imports ${specifier}, which does not end in .ts`))
}

function lengthFaults(path: string, source: string): Fault[] {
  const lines = source.replace(/\n$/, '').split('\n').length
  return lines > maxLines ? [fault('length', path, `has ${lines} lines, over ${maxLines}`)] : []
}

function declarationFaults(path: string, source: string): Fault[] {
  const code = withoutCommentLines(source)
  const forbidden: [Rule, RegExp, string][] = [
    ['state', /^(?:export\s+)?(?:let|var)\s.*/gm, 'module-level mutable state'],
    ['exports', /^export\s+default\b.*|^export\s*\{[^}]*\bas\s+default\b[^}]*\}/gm, 'a default export'],
    ['enums', /^[ \t]*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w+/gm, 'an enum'],
  ]
  return forbidden.flatMap(([rule, pattern, what]) =>
    [...code.matchAll(pattern)].map(([text]) => fault(rule, path, `${what}: ${text.trim()}`)),
  )
}

function nameFaults(path: string, source: string): Fault[] {
  const names = path.replace(/(?:\.d)?\.ts$/, '').split('/')
  const declared = withoutCommentLines(source).matchAll(
    /^\s*(?:(?:export|declare|abstract|async)\s+)*(?:class|interface|type|function\*?|const|let)\s+(?<name>[\w$]+)/gm,
  )
  return [
    ...names
      .filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
      .map((name) => fault('names', path, `${name} is not in kebab-case`)),
    ...names
      .filter((name) => vagueFileName.test(name))
      .map((name) => fault('names', path, `${name} says nothing of what it does`)),
    ...[...declared]
      .map((match) => match.groups?.name as string)
      .filter((name) => vagueName.test(name))
      .map((name) => fault('names', path, `${name} says nothing of what it does`)),
  ]
}

function fault(rule: Rule, path: string, message: string): Fault {
  return { rule, path, message }
}

function rankOf(floor: string): number {
  return floors.findIndex((names) => names.includes(floor))
}

function isRelative(specifier: string): boolean {
  return /^\.\.?(?:\/|$)/.test(specifier)
}

function withoutCommentLines(source: string): string {
  return source.replace(/^[ \t]*(?:\/\/|\/?\*).*$/gm, '')
}
