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

test('docs/architecture.md lists every class that more than one folder of src uses', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  const sources = new Map(files.map((path) => [path, readFileSync(`src/${path}`, 'utf8')]))
  const floorOf = (path: string) => path.split('/')[0]
  const shared = [...sources].flatMap(([path, source]) =>
    [...source.matchAll(/^export (?:abstract )?class (\w+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) =>
        [...sources].some(
          ([other, text]) =>
            path.includes('/') &&
            other.includes('/') &&
            floorOf(other) !== floorOf(path) &&
            new RegExp(`^import [^;]*?\\b${name}\\b[^;]*? from`, 'm').test(text),
        ),
      ),
  )
  const words = (name: string) => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  const nouns = new Set([...page.matchAll(/\*\*([^*]+)\*\*/g)].map(([, noun = '']) => noun.toLowerCase()))
  expect(shared.length).toBeGreaterThan(20)
  expect(shared.filter((name) => !nouns.has(name.toLowerCase()) && !nouns.has(words(name)))).toEqual([])
})
