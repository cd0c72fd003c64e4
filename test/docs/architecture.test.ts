import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

test('docs/architecture.md lists every class and every type that another folder of src imports', () => {
  const floorOf = (path: string) => path.split('/')[0]
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\/.*\.ts$/.test(path),
  )
  const shared = files.flatMap((path) =>
    [...readFileSync(`src/${path}`, 'utf8').matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)]
      .filter(([, , from = '']) => {
        const target = join(dirname(path), from)
        return target.includes('/') && floorOf(target) !== floorOf(path)
      })
      .flatMap(([, names = '']) => names.split(','))
      .map((name) =>
        name
          .trim()
          .replace(/^type /, '')
          .replace(/ as .*$/, ''),
      )
      .filter((name) => /^[A-Z][a-z]/.test(name)),
  )
  const words = (name: string) => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  const nouns = new Set([...page.matchAll(/\*\*([^*]+)\*\*/g)].map(([, noun = '']) => noun.toLowerCase()))
  const missing = shared.filter((name) => !nouns.has(name.toLowerCase()) && !nouns.has(words(name)))
  expect(new Set(shared).size).toBeGreaterThan(100)
  expect([...new Set(missing)]).toEqual([])
})
