import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SERVER_OPTION } from '../../src/cli/server-option.ts'
import { flagOf, OPTIONS, type OptionRow, showValue, variableOf } from '../../src/imgcast/options.ts'
import { section, tableOf, toTable } from './markdown.ts'
import { NOTHING, parameterTable, SECTIONS, sentence } from './picture-tables.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')
const options = read('docs/options.md')
const pictures = read('docs/pictures.md')

describe('the README', () => {
  test('has how to run it, how to test it, the tag and a moving picture in its first 40 lines', () => {
    const beginning = readme.split('\n').slice(0, 40).join('\n')
    for (const words of ['npm ci && npm start', 'npm ci && npm test', 'loading="lazy"', '.gif']) {
      expect(beginning).toContain(words)
    }
  })
})

describe('the reference', () => {
  test('has every option, its variable, default and meaning', () => {
    const head = ['Flag', 'Variable', 'Default', 'Meaning']
    const rows = [...OPTIONS, SERVER_OPTION].map((row) => [
      `\`${flagOf(row)}\``,
      `\`${variableOf(row)}\``,
      defaultOf(row),
      `${sentence(row.help)}${row.repeatable ? '; repeatable' : ''}`,
    ])
    expect(tableOf(section(options, 'Options'), 'Flag')).toBe(toTable([head, ...rows]))
  })

  test.each(Object.entries(SECTIONS))('has every parameter of %s as its module has it', (name, widget) => {
    // `npm run picture-docs` writes it.
    expect(tableOf(section(pictures, name), 'Parameter')).toBe(parameterTable(name, widget))
  })
})

function defaultOf(row: OptionRow<string>): string {
  // Depends on the machine.
  if (row.name === 'workers') return '2 to 4'
  return row.default === undefined || row.repeatable ? NOTHING : `\`${showValue(row, row.default)}\``
}
