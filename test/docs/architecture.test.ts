import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/architecture.md', 'utf8')

test('the map in docs/architecture.md has every folder of src, and no other', () => {
  const mapped = [...page.matchAll(/^\| `(src\/[^`]+)\/` /gm)].map(([, folder]) => folder)
  const folders = readdirSync('src', { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map(({ parentPath }) => parentPath)
  expect(mapped.toSorted()).toEqual([...new Set(folders)].filter((folder) => folder !== 'src').toSorted())
})

test('every file that docs/architecture.md names exists', () => {
  const names = [...page.matchAll(/`((?:src|test|bench|public|templates|widgets|docs|bin)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  )
  const modules = [
    ...page.matchAll(
      /`((?:cli|http|hooks|status|viewer|channel|render|cluster|schema|widget|picture|system)\/[\w/-]+)`/g,
    ),
  ].map(([, path]) => `src/${path}`)
  const missing = [...names, ...modules].filter((path) => !existsSync(path) && !existsSync(`${path}.ts`))
  expect(names.length).toBeGreaterThan(20)
  expect(modules.length).toBeGreaterThan(20)
  expect(missing).toEqual([])
})
