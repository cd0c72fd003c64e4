import { expect, test } from 'vitest'
import { describeReload } from '../../src/render/describe-reload.ts'
import type { Manifest } from '../../src/widget/manifest.ts'

const manifests = new Map(
  ['welcome', 'clock'].map((name) => [name, { name, file: `/w/${name}.ts` } as Manifest]),
)

test.each([
  [['/w/welcome.ts'], 'reloaded welcome'],
  [['/w/welcome.ts', '/w/clock.ts'], 'reloaded clock and welcome'],
  [['/lib/colors.ts', '/w/clock.ts', '/w/data.json'], 'reloaded clock, colors.ts and data.json'],
  [
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `/${name}.ts`),
    'reloaded a.ts, b.ts, c.ts, d.ts, e.ts and 2 more',
  ],
])('a reload because of %o is described as: %s', (files, words) => {
  expect(describeReload(files, { manifests, faults: [] }, () => true)).toBe(words)
})

test('a module that does not load is not called reloaded, and a removed one is called removed', () => {
  const faults = [{ name: 'welcome', file: '/w/welcome.ts', message: 'no', publicMessage: 'no' }]
  const isThere = (file: string) => !file.endsWith('gone.ts')
  const describe = (files: string[]) => describeReload(files, { manifests, faults }, isThere)
  expect(describe(['/w/welcome.ts'])).toBeUndefined()
  expect(describe(['/w/welcome.ts', '/w/clock.ts'])).toBe('reloaded clock')
  expect(describe(['/w/gone.ts'])).toBe('removed gone.ts')
  expect(describe(['/w/gone.ts', '/w/clock.ts', '/w/a.json'])).toBe(
    'reloaded a.json and clock, removed gone.ts',
  )
})
