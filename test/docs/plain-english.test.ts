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

/** Further words, in the product and its docs. */
const PRODUCT_WORDS: readonly [word: RegExp, instead: string][] = [
  // Not as a text that a picture shows.
  [/(?<!['"`])\b(?:nobody|anybody)\b(?! in the last)/i, 'no viewer, no client, anyone, or a passive'],
  [/\btold\b(?! apart)/i, 'is notified, gets, or the source of the fact'],
  [/\bgoes on\b/i, 'continues'],
  [/\b(?:so|as) far as (?:can be told|possible)\b/i, 'if, or where'],
  [/\bwhat (?:can be|is) (?:asked|told|wrong)\b/i, 'the noun: the request, the fault'],
  [/, for (?:they|it) (?:is|are|look|looks|has|have)\b/i, 'because'],
]

const PRODUCT = ['src', 'widgets', 'bench', 'scripts', 'templates', 'examples', 'public/views', 'docs']
const TEXT = /\.(?:ts|mjs|js|eta|md)$/

test('comments, messages and docs use plain English', () => {
  const faults = [
    ...findFaults([...PRODUCT.flatMap(list), 'README.md', 'SECURITY.md'], [...WORDS, ...PRODUCT_WORDS]),
    // This file names the words.
    ...findFaults(
      list('test').filter((file) => file !== 'test/docs/plain-english.test.ts'),
      WORDS,
    ),
  ]
  expect(faults).toEqual([])
})

function list(folder: string): string[] {
  const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
  return files.map((file) => `${folder}/${file}`)
}

function findFaults(files: readonly string[], words: typeof WORDS): string[] {
  return files
    .filter((file) => TEXT.test(file) && !file.includes('node_modules'))
    .flatMap((file) =>
      readFileSync(new URL(file, root), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          words.flatMap(([word, instead]) => {
            const found = word.exec(line)
            return found ? [`${file}:${index + 1}: "${found[0]}"; write ${instead}`] : []
          }),
        ),
    )
}
