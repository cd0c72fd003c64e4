import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { findNameFault } from '../../widget/load-widget.ts'
import type { Command } from '../command.ts'

interface NewSettings {
  name: string
  folder: string
  ending: 'ts' | 'js'
}

const CANNOT_WRITE = 1
const TEMPLATE = 'my-widget'

/** Writes a first widget module and its test. */
export const newCommand: Command = {
  name: 'new',
  about: 'create a widget module and its test',
  operand: '<name>',
  options: [],
  flags: [
    { flag: '--folder <folder>', help: 'folder to write to (default widgets)' },
    { flag: '--js', help: 'write JavaScript instead of TypeScript; neither needs a build step' },
  ],
  read({ operand: name = '', flags }, faults) {
    const fault = findNameFault(name)
    if (fault !== undefined && faults.length === 0) faults.push({ name, detail: fault })
    const folder = String(flags.folder ?? 'widgets')
    return () => writeWidget({ name, folder, ending: flags.js === true ? 'js' : 'ts' })
  },
}

async function writeWidget(settings: NewSettings): Promise<number> {
  const files = await fillTemplates(settings)
  const taken = [...files.keys()].filter((file) => existsSync(file))
  if (taken.length > 0) return refuse(`${taken.join(' and ')} already exists: nothing was written`)
  try {
    if (needsModuleType(settings.folder))
      files.set(join(settings.folder, 'package.json'), '{ "type": "module" }\n')
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

function typeOf(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown }).type
  } catch {
    return undefined
  }
}

function formatNextSteps({ name, folder }: NewSettings, [module = '', test = '']: string[]): string {
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
