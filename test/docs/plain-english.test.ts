import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)

/** Words that read as translated, and what to write instead. */
const WORDS: readonly [word: RegExp, instead: string][] = [
  [/\banew\b/i, 'again, or a verb with re-'],
  [/\bwhoever\b/i, 'the viewer, the client, the caller, anyone who'],
  [/\bso many\b/i, 'n, or the name of the count'],
  [/\bin vain\b/i, 'without success'],
  [/\banswers (?:what|who|how|whether)\b/i, 'returns'],
]

const FOLDERS = ['src', 'widgets', 'bench', 'scripts', 'templates', 'examples', 'public/views', 'docs']
const TEXT = /\.(?:ts|mjs|js|eta|md)$/

test('comments, messages and docs use plain English', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}/${file}`,
    ),
  )
  const faults = [...files, 'README.md', 'SECURITY.md']
    .filter((file) => TEXT.test(file) && !file.includes('node_modules'))
    .flatMap((file) =>
      readFileSync(new URL(file, root), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          WORDS.flatMap(([word, instead]) => {
            const found = word.exec(line)
            return found ? [`${file}:${index + 1}: "${found[0]}"; write ${instead}`] : []
          }),
        ),
    )
  expect(faults).toEqual([])
})
