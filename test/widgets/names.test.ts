import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const list = (folder: string) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`)

const WIDGETS = list('widgets').flatMap((file) => /^widgets\/([a-z-]+)\.ts$/.exec(file)?.[1] ?? [])

/** Names that are also words of the server's own: counts, API paths, commands. They are looked for in paths only. */
const WORDS = new Set(['badge', 'camera', 'gauge', 'hits', 'picture', 'poll', 'progress', 'rooms', 'status'])

/** Files that may contain such a path, and why. */
const EXCEPTIONS: readonly [path: RegExp, reason: string][] = [
  [
    /^src\/widget\/example-room\.ts$/,
    'the room in examples, which readers copy; test/widget/role.test.ts holds it',
  ],
  [
    /^src\/(?:http\/api\/|cli\/commands\/(?:hits|status)\.ts|cli\/top\/)/,
    'paths below /api, and the unit hits/min',
  ],
]

const withoutComments = (text: string) =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1')

/** Finds the names of widgets in a line of code: in a path like `/online/blog` or `online/blog`, or as a whole text. */
function namesIn(line: string): string[] {
  if (/^(?:import|export) .* from '|^\} from '|import\(/.test(line)) return []
  return WIDGETS.filter((name) => {
    const inPath = new RegExp(`(?<=['"\`(/,>])(?<!\\bapi/)${name}(?=/[\\w:$<{%]|\\.(?:png|svg|json)\\b)`)
    const asText = new RegExp(`(['"\`])${name}\\1`)
    return inPath.test(line) || (!WORDS.has(name) && asText.test(line))
  })
}

test('no folder but that of the widgets knows the name of a built-in widget', () => {
  const files = ['src', 'public/views', 'templates']
    .flatMap(list)
    .filter((file) => /\.(?:ts|mjs|eta)$/.test(file))
  const found = files
    .filter((file) => !EXCEPTIONS.some(([path]) => path.test(file)))
    .flatMap((file) =>
      withoutComments(readFileSync(new URL(file, root), 'utf8'))
        .split('\n')
        .flatMap((line, index) => namesIn(line).map((name) => `${file}:${index + 1}: ${name}`)),
    )
  expect(WIDGETS.length).toBeGreaterThan(10)
  expect(found).toEqual([])
})

test.each([
  ["const name = 'sine'", 'sine'],
  ["url: site.url + '/online/blog.png',", 'online'],
  ["const room = 'status/build'", 'status'],
  ["if (path.startsWith('/badge/x')) return", 'badge'],
  ['<img src="/traffic-light.png">', 'traffic-light'],
])('%s is found', (line, name) => expect(namesIn(line)).toEqual([name]))
