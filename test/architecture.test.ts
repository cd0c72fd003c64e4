import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureFaults, importsOf, type Rule, type Sources } from './support/architecture.ts'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const sources: Sources = Object.fromEntries(
  ['src', 'widgets']
    .flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, read(path)]),
)

const { imports, exports } = JSON.parse(read('package.json')) as {
  imports: Record<string, string>
  exports: Record<'.' | './widget' | './test', { default: string }>
}
const aliases = Object.fromEntries(
  Object.entries({
    ...imports,
    imgcast: exports['.'].default,
    'imgcast/widget': exports['./widget'].default,
    'imgcast/test': exports['./test'].default,
  }).map(([specifier, built]) => [specifier, built.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')]),
)

const rules: Record<Rule, string> = {
  floors: 'imports go from left to right over the floors only',
  'inner-floors': 'imports inside http and cli go from left to right, too',
  circles: 'no import circle, not even of types',
  widgets: 'widgets import nothing but imgcast/widget',
  extensions: 'relative imports end in .ts',
  length: 'no file in src is over 300 lines',
  state: 'src has no mutable state at module level',
  exports: 'src has no default export',
  enums: 'src has no enum',
  names: 'names are kebab-case for files and never Manager, Service, Helper or Util',
}

describe('the architecture', () => {
  it('is read from real sources', () => {
    expect(Object.keys(sources).filter((path) => path.startsWith('src/'))).not.toEqual([])
  })

  const faults = architectureFaults(sources, aliases)
  for (const [rule, title] of Object.entries(rules)) {
    it(title, () => {
      const found = faults.filter((fault) => fault.rule === rule)
      expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual([])
    })
  }
})

describe('the architecture checker', () => {
  const faultsOf = (files: Sources) =>
    architectureFaults(files, aliases).map(({ rule, path, message }) => `${rule} ${path}: ${message}`)

  it('reports a forbidden import', () => {
    expect(
      faultsOf({ 'src/picture/png.ts': "import { openChannel } from '../channel/channel.ts'\n" }),
    ).toEqual([
      'floors src/picture/png.ts: picture may not import ../channel/channel.ts, which is of channel',
    ])
  })

  it.each([
    ['src/render/a.ts', '../cluster/b.ts'],
    ['src/cluster/a.ts', '../render/b.ts'],
    ['src/cluster/a.ts', '#render-host'],
    ['src/channel/a.ts', '../http/b.ts'],
    ['src/http/a.ts', '../index.ts'],
    ['src/http/a.ts', 'imgcast'],
    ['src/picture/a.ts', 'imgcast/widget'],
    ['src/http/a.ts', 'imgcast/test'],
    ['src/errors.ts', './picture/b.ts'],
    ['src/imgcast.ts', './cli/main.ts'],
    ['src/cli/a.ts', '../../widgets/clock.ts'],
    ['src/lobby/a.ts', 'node:fs'],
    ['src/status/a.ts', '../http/b.ts'],
    ['src/hooks/a.ts', '../status/b.ts'],
    ['src/system/a.ts', '../picture/b.ts'],
    ['src/http/stream/a.ts', '../picture/b.ts'],
    ['src/http/stream/a.ts', '../page/b.ts'],
    ['src/http/send.ts', './stream/b.ts'],
    ['src/http/api/a.ts', '../dashboard/b.ts'],
    ['src/cli/call-api.ts', './commands/status.ts'],
    ['src/cli/doctor/a.ts', '../top/b.ts'],
  ])('keeps %s from importing %s', (path, specifier) => {
    expect(faultsOf({ [path]: `import '${specifier}'\n` })).toHaveLength(1)
  })

  it.each([
    ['src/cli/main.ts', '../index.ts'],
    ['src/index.ts', './options.ts'],
    ['src/imgcast.ts', './http/deep/a.ts'],
    ['src/render/deep/a.ts', '../host.ts'],
    ['src/render/a.ts', '../errors.ts'],
    ['src/http/a.ts', 'express'],
    ['src/http/api/deep/a.ts', '../../stream/b.ts'],
    ['src/http/stream/a.ts', '../send.ts'],
    ['src/http/send.ts', './headers.ts'],
    ['src/cli/commands/top.ts', '../top/view.ts'],
    ['widgets/clock.ts', 'imgcast/widget'],
  ])('lets %s import %s', (path, specifier) => {
    expect(faultsOf({ [path]: `import '${specifier}'\n` })).toEqual([])
  })

  it('reports a circle of imports, types included, once', () => {
    expect(
      faultsOf({
        'src/picture/a.ts': "import { b } from './b.ts'\n",
        'src/picture/b.ts': "import type { C } from './c.ts'\n",
        'src/picture/c.ts': "import { a } from './a.ts'\n",
      }),
    ).toEqual([
      'circles src/picture/c.ts: src/picture/a.ts -> src/picture/b.ts -> src/picture/c.ts -> src/picture/a.ts',
    ])
  })

  it.each<[Rule, string, string]>([
    ['widgets', 'widgets/clock.ts', "import { readFile } from 'node:fs'"],
    ['widgets', 'widgets/clock.ts', "import { createImgcast } from 'imgcast'"],
    ['widgets', 'widgets/clock.ts', "import type { A } from '../src/index.ts'"],
    ['extensions', 'src/http/a.ts', "import { b } from './b.js'"],
    ['length', 'src/http/a.ts', 'f()\n'.repeat(301)],
    ['state', 'src/http/a.ts', 'export let open = 0'],
    ['exports', 'src/http/a.ts', 'export default 1'],
    ['exports', 'src/http/a.ts', 'export { a as default }'],
    ['enums', 'src/http/a.ts', 'export const enum Mode { A }'],
    ['names', 'src/http/imageSize.ts', ''],
    ['names', 'src/http/stream-utils.ts', ''],
    ['names', 'src/http/a.ts', 'export class StreamManager {}'],
  ])('reports the rule of %s in %s', (rule, path, source) => {
    expect(architectureFaults({ [path]: source }, aliases).map((fault) => fault.rule)).toEqual([rule])
  })

  it('finds imports however they are written', () => {
    const source = `#!/usr/bin/env node
import './a.ts'
import b, { type B } from "./b.ts"
import type {
  C,
} from './c.ts'
import * as d from './d.ts'
import data from './e.json' with { type: 'json' }
export * from './f.ts'
export type { G } from './g.ts'
// import './not-1.ts'
/**
 * import './not-2.ts', or {@link import('./not-3.ts')}
 */
export const from = 'not-4'
export interface Reader { from: 'not-5' }
const h = await import('./h.ts')
type I = import('./i.ts').I
const worker = new Worker(new URL('./j.ts', import.meta.url))
const page = new URL('../public/index.html', import.meta.url)
`
    expect(importsOf(source).toSorted()).toEqual(
      ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.json', 'f.ts', 'g.ts', 'h.ts', 'i.ts', 'j.ts'].map(
        (file) => `./${file}`,
      ),
    )
  })
})
