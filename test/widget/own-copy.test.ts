import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const LOADER = new URL('../../dist/src/widget/load-folder.js', import.meta.url).href
const AUTHOR = new URL('../../dist/src/widget/author.js', import.meta.url).href

let root: string
/** What the built loader finds in the folder, in a process of its own. */
let loaded: { found: unknown; faults: { name: string; message: string }[]; files: string[] }

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'imgcast-copy-'))
  const other = { name: 'imgcast', type: 'module', exports: { '.': './host.js', './widget': './widget.js' } }
  write('node_modules/imgcast/package.json', JSON.stringify(other))
  write('node_modules/imgcast/widget.js', 'export const defineWidget = () => ({ title: "another copy" })')
  write('node_modules/imgcast/host.js', 'export const createImgcast = () => {}')
  // A package that the widget imports: Node loads it, and no compiler sees it.
  write(
    'node_modules/look/package.json',
    JSON.stringify({ name: 'look', type: 'module', exports: './look.js' }),
  )
  write('node_modules/look/look.js', "export { defineWidget } from 'imgcast/widget'")
  const widget = (imports: string) => `${imports}
import { defineWidget as another } from 'look'
export default { title: String(defineWidget === another), size: { width: 1, height: 1 }, draw() {},
  json: () => defineWidget }`
  write('widgets/native.mjs', widget("import { defineWidget } from 'imgcast/widget'"))
  write('widgets/compiled.ts', widget("import { defineWidget } from 'imgcast/widget'"))
  const pictured = (file: string) =>
    `import { loadImage } from 'imgcast/widget'\nawait loadImage(new URL('./${file}', import.meta.url))\nexport default {}`
  write('widgets/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  write('widgets/pictured.ts', pictured('dot.svg'))
  write('widgets/lacking.mjs', pictured('none.png'))
  write(
    'widgets/common.js',
    `const { defineWidget } = require('imgcast/widget')
     module.exports = defineWidget({ title: 'true', size: { width: 1, height: 1 }, draw() {}, json: () => defineWidget })`,
  )
  write('widgets/wrong-door.ts', widget("import { defineWidget } from 'imgcast'"))
  write('widgets/wrong-native.mjs', widget("import { defineWidget } from 'imgcast'"))
  const script = `
    import { loadFolders } from '${LOADER}'
    import { defineWidget } from '${AUTHOR}'
    const { widgets, faults, files } = await loadFolders(['${join(root, 'widgets')}'])
    const found = [...widgets].map(([name, { widget }]) => [name, widget.title, widget.json() === defineWidget])
    console.log(JSON.stringify({ found, faults, files }))`
  const args = ['--input-type=module', '-e', script]
  loaded = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
})

afterAll(() => rmSync(root, { recursive: true }))

describe('a widget beside another copy of Imgcast', () => {
  test('gets the copy of the server, as do the packages that it imports and a module of CommonJS', () => {
    expect(loaded.found).toEqual([
      ['common', 'true', true],
      ['compiled', 'true', true],
      ['native', 'true', true],
    ])
  })

  test('that imports the server is a fault that names the right module', () => {
    const wrong = loaded.faults.filter(({ name }) => name.startsWith('wrong'))
    expect(wrong).toHaveLength(2)
    for (const { message } of wrong) expect(message).toContain("from 'imgcast/widget', got 'imgcast'")
  })
})

test('the pictures that a module loads are files of its code, also one that is missing', () => {
  const pictures = ['dot.svg', 'none.png'].map((name) => join(root, 'widgets', name))
  expect(loaded.files).toEqual(expect.arrayContaining(pictures))
})
