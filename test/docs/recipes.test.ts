import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'

// The built files: from TypeScript, each loader would compile all modules that widgets import.
const { renderOnce } = (await import(
  new URL('../../dist/src/test.js', import.meta.url).href
)) as typeof import('imgcast/test')

const page = readFileSync(new URL('../../docs/widgets/recipes.md', import.meta.url), 'utf8')
const recipes = [...page.matchAll(/^```js (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', code = '']): [string, string] => [file, code],
)
let folder: string

beforeAll(() => {
  // Inside of the project, where the packages are installed.
  folder = mkdtempSync(fileURLToPath(new URL('../.tmp-recipes-', import.meta.url)))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the page has a recipe for each package', () => {
  for (const name of ['chart.js', 'd3-shape', 'qrcode', 'sharp'])
    expect(recipes.filter(([, code]) => code.includes(`from '${name}'`))).toHaveLength(1)
})

test.each(recipes)('%s draws a picture', { timeout: 30_000 }, async (file, code) => {
  writeFileSync(join(folder, file), code)
  const picture = await renderOnce(join(folder, file), { scale: 2 })
  const { data, width } = await decode(picture.bytes)
  expect(width).toBe(picture.width * 2)
  // More than one colour, or a photo: never an empty canvas.
  expect(data.some((_, index) => index % 4 === 3 && data[index] === 255)).toBe(true)
})
