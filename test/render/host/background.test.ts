import { expect, test } from 'vitest'
import { backgroundOf } from '../../../src/render/host/background.ts'
import { defineWidget } from '../../../src/widget/define-widget.ts'
import { toManifest } from '../../../src/widget/manifest.ts'
import { param } from '../../../src/widget/param.ts'

const themed = { theme: param.theme(), background: param.color('') }

function manifestOf(params: object) {
  const widget = defineWidget({ title: 'It', size: { width: 10, height: 10 }, params, draw() {} } as never)
  return toManifest('it', '/it.mjs', widget as never)
}

test.each([
  ['auto', '', '#ffffff', false],
  ['light', '', '#ffffff', true],
  ['dark', '', '#0d1117', true],
  ['dark', 'transparent', '#0d1117', true],
  ['auto', '#000000c0', '#0d1117', false],
  ['dark', 'red', 'red', false],
])('theme %s with background %j has %s behind it', (theme, background, color, known) => {
  expect(backgroundOf(manifestOf(themed), { theme, background })).toEqual({ color, known })
})

test('a widget without such parameters is put on white, and so is one that means something else by them', () => {
  const white = { color: '#ffffff', known: false }
  expect(backgroundOf(manifestOf({}), {})).toEqual(white)
  const others = { theme: param.text('dark'), background: param.boolean(true) }
  expect(backgroundOf(manifestOf(others), { theme: 'dark', background: true })).toEqual(white)
})
