import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import type { Fault } from '../../errors.ts'
import { findNameFault } from '../../widget/load-widget.ts'
import { isPackageName, ownVersion, PACKAGE_KEYWORD } from '../../widget/widget-package.ts'
import type { Command } from '../command.ts'

interface NewSettings {
  name: string
  folder: string
  ending: 'ts' | 'js'
  /** The name of the npm package to write the widget into; undefined for a widget without one. */
  packageName: string | undefined
}

const CANNOT_WRITE = 1
const TEMPLATE = 'my-widget'

/** What `tsc` and editors need to read modules as Imgcast loads them. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    module: 'esnext',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    jsx: 'react-jsx',
    jsxImportSource: 'imgcast',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  },
}

/** Writes a first widget module and its test. */
export const newCommand: Command = {
  name: 'new',
  about: 'create a widget module and its test',
  operand: '<name>',
  options: [],
  flags: [
    { flag: '--folder <folder>', help: 'folder to write to (default widgets)' },
    {
      flag: '--package',
      help: 'write an npm package of widgets with this name, in a folder of its own',
    },
    { flag: '--js', help: 'write JavaScript instead of TypeScript; neither needs a build step' },
  ],
  read({ operand: name = '', flags }, faults) {
    const ending = flags.js === true ? 'js' : 'ts'
    if (flags.package === true) return readPackage(name, ending, flags.folder, faults)
    const fault = findNameFault(name)
    if (fault !== undefined && faults.length === 0) faults.push({ name, detail: fault })
    const folder = String(flags.folder ?? 'widgets')
    return () => writeWidget({ name, folder, ending, packageName: undefined })
  },
}

function readPackage(
  packageName: string,
  ending: 'ts' | 'js',
  given: string | boolean | undefined,
  faults: Fault[],
): () => Promise<number> {
  const [folderName = ''] = packageName.split('/').slice(-1)
  const name = folderName.replace(/^imgcast-(widget-)?/, '')
  const fault = isPackageName(packageName) ? findNameFault(name) : 'expected the name of an npm package'
  if (fault !== undefined && faults.length === 0) faults.push({ name: packageName, detail: fault })
  return () =>
    writeWidget({ name, folder: join(String(given ?? folderName), 'widgets'), ending, packageName })
}

async function writeWidget(settings: NewSettings): Promise<number> {
  const files = await fillTemplates(settings)
  for (const [file, text] of describePackage(settings)) files.set(file, text)
  const taken = [...files.keys()].filter((file) => existsSync(file))
  const verb = taken.length > 1 ? 'exist' : 'exists'
  if (taken.length > 0) return refuse(`${taken.join(', ')} already ${verb}: nothing was written`)
  try {
    const { folder, ending, packageName } = settings
    if (packageName === undefined && needsModuleType(folder))
      files.set(join(folder, 'package.json'), '{ "type": "module" }\n')
    const root = packageName === undefined ? folder : join(folder, '..')
    if (ending === 'ts' && !hasTsconfig(root))
      files.set(join(root, 'tsconfig.json'), `${JSON.stringify(TSCONFIG, null, 2)}\n`)
    await mkdir(settings.folder, { recursive: true })
    for (const [file, text] of files) await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    return refuse(`cannot write to ${settings.folder}: ${(error as Error).message}`)
  }
  process.stdout.write(formatNextSteps(settings, [...files.keys()]))
  return 0
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n`)
  return CANNOT_WRITE
}

async function fillTemplates({ name, folder, ending }: NewSettings): Promise<Map<string, string>> {
  const templates = join(dirname(createRequire(import.meta.url).resolve('imgcast/package.json')), 'templates')
  const words = name.replaceAll('-', ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  const fill = async (template: string) =>
    (await readFile(join(templates, template), 'utf8'))
      .replaceAll(`${TEMPLATE}.ts`, `${name}.${ending}`)
      .replaceAll(TEMPLATE, name)
      .replaceAll('My widget', title)
  // The module has no type annotations, because `defineWidget` infers them, so it is also valid JavaScript.
  return new Map([
    [join(folder, `${name}.${ending}`), await fill(`${TEMPLATE}.ts`)],
    [join(folder, `${name}.test.mjs`), await fill(`${TEMPLATE}.test.mjs`)],
  ])
}

/** The files around the widget of a package. */
function describePackage({ name, folder, packageName }: NewSettings): [string, string][] {
  if (packageName === undefined) return []
  const description = {
    name: packageName,
    version: '0.1.0',
    description: `A live picture for Imgcast: ${name}`,
    keywords: [PACKAGE_KEYWORD],
    license: 'MIT',
    type: 'module',
    files: ['widgets', '!**/*.test.*', '!**/pictures'],
    scripts: { start: 'imgcast --widgets ./widgets', test: `node --test widgets/${name}.test.mjs` },
    peerDependencies: { imgcast: `^${ownVersion()}` },
  }
  const readme = [
    `# ${packageName}`,
    '',
    'A live picture for [Imgcast](https://www.npmjs.com/package/imgcast).',
    '',
    '```sh',
    `npm install imgcast ${packageName}`,
    `npx imgcast --widgets ${packageName}`,
    '```',
    '',
    `The picture is \`/${name}.png\`.`,
    '',
  ].join('\n')
  const around = join(folder, '..')
  return [
    [join(around, 'package.json'), `${JSON.stringify(description, null, 2)}\n`],
    [join(around, 'README.md'), readme],
  ]
}

/**
 * Whether the folder needs a `package.json` that makes its files modules: it is in a package of CommonJS, as `npm init -y`
 * creates one. Imgcast loads the files in any package, but `tsc` and editors report an error at each `import`.
 */
function needsModuleType(folder: string): boolean {
  for (let place = resolve(folder); ; place = dirname(place)) {
    const file = join(place, 'package.json')
    if (existsSync(file)) return place !== resolve(folder) && typeOf(file) !== 'module'
    if (place === dirname(place)) return false
  }
}

/** Whether a folder, or one around it in the same package, has settings for TypeScript: these are the author's. */
function hasTsconfig(folder: string): boolean {
  for (let place = resolve(folder); ; place = dirname(place)) {
    if (existsSync(join(place, 'tsconfig.json'))) return true
    const isPackage = place !== resolve(folder) && existsSync(join(place, 'package.json'))
    if (isPackage || place === dirname(place)) return false
  }
}

function typeOf(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown }).type
  } catch {
    return undefined
  }
}

function formatNextSteps(settings: NewSettings, files: string[]): string {
  const { name, folder, packageName } = settings
  const [module = '', test = ''] = files
  if (packageName !== undefined)
    return [
      `Wrote ${files.join(', ')}`,
      '',
      `  Try it      cd ${join(folder, '..')} && npm install && npm start`,
      `              and open http://localhost:9192/${name}`,
      '  Test it     npm test',
      '  Publish it  npm publish',
      `  Use it      npm install ${packageName} && npx imgcast --widgets ${packageName}`,
      '',
      '',
    ].join('\n')
  const path = relative('', resolve(folder))
  const shown = path.startsWith('..') ? resolve(folder) : `./${path}`
  return [
    `Wrote ${module} and ${test}`,
    '',
    `  Show it     npx imgcast --widgets ${shown}`,
    `              and open http://localhost:9192/${name}`,
    '  Change it   save the module: every open picture of it changes',
    `  Test it     node --test ${test}`,
    '',
    '',
  ].join('\n')
}
