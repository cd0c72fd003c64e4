import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { anchorsOf, linksOf } from './markdown.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = [
  ...readdirSync(root),
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  ),
].filter((path) => path.endsWith('.md') && !path.includes('node_modules'))

test.each(pages)('%s has only valid links', (path) => {
  const page = readFileSync(join(root, path), 'utf8')
  const own = linksOf(page).filter((link) => !/^https?:/.test(link))
  const broken = own.filter((link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? join(root, path) : join(root, dirname(path), decodeURI(file))
    if (!existsSync(target)) return true
    return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
  })
  expect(broken).toEqual([])
})

test('every picture is shown somewhere, and the one that moves is small enough', () => {
  const folder = join(root, 'docs/images')
  const text = pages.map((path) => readFileSync(join(root, path), 'utf8')).join('\n')
  for (const file of readdirSync(folder)) expect(text).toContain(`images/${file}`)
  expect(readFileSync(join(folder, 'imgcast.gif')).length).toBeLessThan(700_000)
})
