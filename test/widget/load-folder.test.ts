import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadFolders } from '../../src/widget/load-folder.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widgets-'))
  await mkdir(join(folder, 'lib'))
})
afterAll(() => rm(folder, { recursive: true }))

async function faultOf(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const { faults } = await loadFolders([folder])
  for (const name of Object.keys(files)) await rm(join(folder, name))
  return faults[0]
}

test('a module that replaces another one, and files that look like widgets, are noticed', async () => {
  const other = await mkdtemp(join(tmpdir(), 'widgets-'))
  const widget = "export default { title: 'A', size: { width: 1, height: 1 }, draw() {} }\n"
  try {
    for (const name of ['twice.ts', 'twice.mjs', 'new.cts', 'old.cjs', 'twice.test.cjs'])
      await writeFile(join(other, name), widget)
    for (const inner of ['lib', 'more']) await mkdir(join(other, inner))
    await writeFile(join(other, 'lib/colors.ts'), "export const red = '#f00'\n")
    await writeFile(join(other, 'more/inner.ts'), 'export default defineWidget({})\n')
    const { widgets, notices } = await loadFolders([other])
    expect([...widgets.keys()]).toEqual(['twice'])
    expect(notices.toSorted()).toEqual([
      `${join(other, 'more/inner.ts')} is not loaded: expected widgets directly in ${other}, subfolders are not searched`,
      `${join(other, 'new.cts')} is not loaded: expected one of .js, .mjs, .jsx, .ts, .mts, .tsx`,
      `${join(other, 'old.cjs')} is not loaded: expected one of .js, .mjs, .jsx, .ts, .mts, .tsx`,
      `${join(other, 'twice.ts')} replaces ${join(other, 'twice.mjs')}`,
    ])
  } finally {
    await rm(other, { recursive: true })
  }
})

test('a widget in a subfolder is noticed however it is made, and a helper is not', async () => {
  const other = await mkdtemp(join(tmpdir(), 'widgets-'))
  const shape = "title: 'A', size: { width: 1, height: 1 }"
  const widgets: Record<string, string> = {
    'in/call.ts': `import { defineWidget } from 'imgcast/widget'\nexport default defineWidget({ ${shape}, draw() {} })`,
    'in/plain.js': `export default { ${shape}, draw(ctx) { ctx.fill() } }`,
    'in/arrow.js': `const draw = () => {}\nexport default {\n  ${shape},\n  draw,\n}`,
    'in/satisfies.ts': `import type { Widget } from 'imgcast/widget'\nconst it = { ${shape}, draw: () => {} } satisfies Widget\nexport default it`,
    'in/renamed.mjs': `const it = { ${shape}, draw() {} }\nexport { it as default }`,
    'in/common.js': `module.exports = { ${shape}, draw: (ctx) => {} }`,
    'in/deep/made.ts': "import { make } from '../../lib/make.ts'\nexport default make('A')",
    'in/passed-on.ts': "export { default } from './plain.js'",
  }
  const helpers: Record<string, string> = {
    'lib/make.ts': `import { defineWidget } from 'imgcast/widget'\nexport const make = (title: string) => defineWidget({ ${shape}, title, draw() {} })`,
    'lib/card.ts':
      "import { drawBox } from 'imgcast/widget'\nexport default function card(ctx: any) { drawBox(ctx, [0, 0, 1, 1], { color: 'red' }) }",
    'lib/draw.ts':
      "import { drawBox } from 'imgcast/widget'\nconst draw = (ctx: any) => drawBox(ctx, [0, 0, 1, 1], { color: 'red' })\nexport { draw }",
    'lib/colors.js': "export default { red: '#f00' }",
    'lib/list.js': "import 'imgcast/widget'\nexport default ['a']",
    'lib/used.ts':
      "import { param } from 'imgcast/widget'\nexport default { params: { label: param.text() } }",
    'lib/class.ts': "import { param } from 'imgcast/widget'\nclass Chart { draw() {} }\nexport default Chart",
    'in/call.test.ts': 'export default { draw() {} }',
    'node_modules/x/index.js': 'export default { draw() {} }',
  }
  try {
    for (const inner of ['in/deep', 'lib', 'node_modules/x'])
      await mkdir(join(other, inner), { recursive: true })
    for (const [name, text] of Object.entries({ ...widgets, ...helpers }))
      await writeFile(join(other, name), text)
    await writeFile(
      join(other, 'mine.ts'),
      `import used from './lib/used.ts'\nexport default { ...used, ${shape}, draw() {} }`,
    )
    const { notices, faults } = await loadFolders([other])
    expect(faults).toEqual([])
    expect(notices.map((notice) => notice.slice(other.length + 1).split(' ')[0]).toSorted()).toEqual(
      Object.keys(widgets).toSorted(),
    )
  } finally {
    await rm(other, { recursive: true })
  }
})

test('JSX makes plain elements, in widgets and in what they import', async () => {
  const other = await mkdtemp(join(tmpdir(), 'widgets-'))
  try {
    await mkdir(join(other, 'parts'))
    await writeFile(join(other, 'parts/name.jsx'), 'export const Name = ({ of }) => <b>{of}</b>\n')
    await writeFile(
      join(other, 'card.tsx'),
      `import { Name } from './parts/name.jsx'
       const card = (name: string) => <div style={{ color: 'red' }}><Name of={name} /><>!</></div>
       const element: unknown = card('Ada')
       export default { title: JSON.stringify(element), size: { width: 1, height: 1 }, draw() {} }`,
    )
    const { widgets, faults } = await loadFolders([other])
    expect(faults).toEqual([])
    expect(JSON.parse(widgets.get('card')?.widget.title ?? '')).toEqual({
      type: 'div',
      props: {
        style: { color: 'red' },
        children: [
          { props: { of: 'Ada' }, key: null },
          { props: { children: '!' }, key: null },
        ],
      },
      key: null,
    })
  } finally {
    await rm(other, { recursive: true })
  }
})

describe('a module that does not load', () => {
  test.each(['ts', 'js', 'mjs'])('names the line and column of a syntax error in .%s', async (ending) => {
    const fault = await faultOf({ [`wrong.${ending}`]: 'export default {\n  title: 1,\n  size: (,\n}\n' })
    expect(fault).toEqual({
      name: 'wrong',
      file: join(folder, `wrong.${ending}`),
      line: 3,
      column: 10,
      message: 'SyntaxError: Unexpected token',
      publicMessage: 'SyntaxError: Unexpected token',
    })
  })

  test.each(['ts', 'js', 'mjs'])('names the line of an error that its code throws in .%s', async (ending) => {
    const fault = await faultOf({ [`thrown.${ending}`]: '\n\nconst none = undefined\nnone.of\n' })
    expect(fault).toMatchObject({ name: 'thrown', line: 4, message: expect.stringContaining('undefined') })
    expect(fault?.file).toBe(join(folder, `thrown.${ending}`))
  })

  test('names the faulty file if it is imported', async () => {
    const fault = await faultOf({
      'lib/colors.ts': '\nexport const red = (;\n',
      'user.ts': "import { red } from './lib/colors.ts'\nexport default { title: red }\n",
    })
    expect(fault).toMatchObject({ name: 'user', file: join(folder, 'lib/colors.ts'), line: 2, column: 21 })
  })

  test('names the data that is wrong', async () => {
    const fault = await faultOf({
      'cities.json': '{ "a": \n, }',
      'map.ts': "import cities from './cities.json'\nexport default { title: cities }\n",
    })
    expect(fault).toMatchObject({ name: 'map', file: join(folder, 'cities.json') })
    expect(fault?.message).toMatch(/^SyntaxError: Unexpected token/)
  })

  test('names the line that imports a missing file, once', async () => {
    const fault = await faultOf({
      'lost.ts': "\nimport { x } from './none.ts'\nexport default { title: x }\n",
    })
    expect(fault).toMatchObject({ file: join(folder, 'lost.ts'), line: 2 })
    expect(fault?.message).toBe("Error: Cannot find module './none.ts'")
  })

  test('that threw no error names its file', async () => {
    const fault = await faultOf({ 'text.ts': "throw 'no'\n" })
    expect(fault).toMatchObject({ name: 'text', file: join(folder, 'text.ts'), message: 'threw no' })
    expect(fault?.publicMessage).toBe('threw something')
  })
})
