import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOptions } from '../../src/imgcast/options.ts'
import { findWidgetPackage, isPackageName, ownVersion } from '../../src/widget/widget-package.ts'

const right = { keywords: ['imgcast-widget'], peerDependencies: { imgcast: `^${ownVersion()}` } }
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-package-'))
  install('right', right)
  install('named', { ...right, imgcast: { widgets: './widgets' } })
  install('elsewhere', { ...right, imgcast: { widgets: './lib' } })
  install('other', { keywords: ['x'] })
  install('old', { ...right, peerDependencies: { imgcast: '^0.0.1' } })
  install('rangeless', { ...right, peerDependencies: {} })
  install('broken', '{')
})
afterAll(() => rmSync(folder, { recursive: true }))

function install(name: string, description: object | string): void {
  const place = join(folder, 'node_modules', name)
  mkdirSync(join(place, 'widgets'), { recursive: true })
  const text = typeof description === 'string' ? description : JSON.stringify(description)
  writeFileSync(join(place, 'package.json'), text)
}

describe('an installed package', () => {
  test('has its widgets in the folder that it names, and is found from a folder below', () => {
    mkdirSync(join(folder, 'deep/er'), { recursive: true })
    for (const name of ['right', 'named'])
      expect(findWidgetPackage(name, join(folder, 'deep/er'))).toEqual({
        folder: join(folder, 'node_modules', name, 'widgets'),
      })
  })

  test.each([
    ['other', 'has no widgets: expected the keyword imgcast-widget'],
    ['old', `is for Imgcast ^0.0.1, and this is ${ownVersion()}`],
    ['rangeless', `to be a range like ^${ownVersion()}`],
    ['broken', 'is not valid JSON'],
    ['elsewhere', 'has no folder'],
  ])('is refused with the reason: %s', (name, fault) => {
    expect(findWidgetPackage(name, folder)?.fault).toContain(fault)
  })
})

test('a name that is neither a folder nor installed is an option’s fault', () => {
  expect(findWidgetPackage('missing', folder)).toBeUndefined()
  expect(() => readOptions({ widgets: ['no-such-folder'] })).toThrow(
    'expected a folder that exists, or the name of an installed package',
  )
  // A package of ours that is no widget.
  expect(() => readOptions({ widgets: 'express' })).toThrow('the package express has no widgets')
})

test('names of packages are those of npm', () => {
  for (const name of ['imgcast-tea', '@me/tea', 'a.b_c']) expect(isPackageName(name)).toBe(true)
  for (const name of ['./widgets', '/srv', '../x', 'Tea', 'a b', '@me', ''])
    expect(isPackageName(name)).toBe(false)
})
