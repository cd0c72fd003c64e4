import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SERVER_OPTION } from '../../src/cli/server-option.ts'
import { toRows } from '../../src/http/page/page-look.ts'
import { flagOf, OPTIONS, type OptionRow, showValue, variableOf } from '../../src/options.ts'
import { lookSpecs } from '../../src/widget/look-table.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import type { Widget } from '../../src/widget/widget.ts'
import badge from '../../widgets/badge.ts'
import chart from '../../widgets/chart.ts'
import clock from '../../widgets/clock.ts'
import countdown from '../../widgets/countdown.ts'
import hits from '../../widgets/hits.ts'
import online from '../../widgets/online.ts'
import rooms from '../../widgets/rooms.ts'
import sine from '../../widgets/sine.ts'
import status from '../../widgets/status.ts'
import trafficLight from '../../widgets/traffic-light.ts'
import { noDevice } from '../support/looks.ts'
import { section, tableOf, toTable } from './markdown.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')
const options = read('docs/options.md')
const pictures = read('docs/pictures.md')
const widgets = {
  badge,
  chart,
  clock,
  countdown,
  hits,
  online,
  rooms,
  sine,
  status,
  'traffic-light': trafficLight,
}
const NOTHING = '—'

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

  test.each(Object.entries(widgets))('has every parameter of %s as its module has it', (name, widget) => {
    const manifest = toManifest(name, '', widget as unknown as Widget)
    const common = ['scale', 'quality', ...Object.keys(noDevice)]
    const size = Object.fromEntries(
      Object.entries(lookSpecs(manifest)).filter(([name]) => !common.includes(name)),
    )
    const head = ['Parameter', 'Takes', 'Default', 'About']
    const rows = toRows({ ...manifest.params, ...size }).map(({ name, takes, value, about }) => [
      `\`${name}\``,
      sentence(takes),
      value === '' ? NOTHING : `\`${value}\``,
      about === undefined ? NOTHING : sentence(about),
    ])
    expect(tableOf(section(pictures, name), 'Parameter')).toBe(toTable([head, ...rows]))
  })
})

function defaultOf(row: OptionRow<string>): string {
  // Depends on the machine.
  if (row.name === 'workers') return '2 to 4'
  return row.default === undefined || row.repeatable ? NOTHING : `\`${showValue(row, row.default)}\``
}

/** As the README writes it: a capital first, and placeholders as code. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/<\w+>/g, '`$&`')
}
