import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { rowsOf } from './markdown.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('the heritage page', () => {
  const rows = rowsOf(read('docs/heritage.md'), ['Then', 'Now', 'File', 'Test'])

  test('is there', () => {
    expect(rows.length).toBeGreaterThan(10)
  })

  test.each(rows)('%s: %s, shown by a test', (_then, _now, file, title) => {
    expect(titlesOf(read(file?.replaceAll('`', '') ?? ''))).toContain(title)
  })
})

/** A test file's words, its upper-case constants filled in, and the beginnings that its tables fill in left out. */
function titlesOf(source: string): string {
  const constants = [...source.matchAll(/^const ([A-Z_]+) = (\d+)$/gm)]
  return constants.reduce((text, [, name, value]) => text.replaceAll(`\${${name}}`, String(value)), source)
}
