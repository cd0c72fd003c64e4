import { expect, test } from 'vitest'
import { PublicError } from '../../../src/errors.ts'
import { readTarget } from '../../../src/http/picture/target.ts'
import { NAME_KEY } from '../../../src/widget/key.ts'
import { parseLook } from '../../../src/widget/look.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'

const manifest = {
  name: 'online',
  size: { width: { min: 10, max: 400, default: 160 }, height: 40 },
  params: {
    color: { kind: 'color', default: 'red' },
    count: { kind: 'choice', default: 'visitors', choices: ['visitors', 'connections'] },
    label: { kind: 'text', default: '', max: 4 },
    every: { kind: 'duration', default: 1000, min: 1000, max: 5000 },
    at: { kind: 'date', default: '' },
    zone: { kind: 'zone', default: 'UTC' },
  },
  key: NAME_KEY,
} as unknown as Manifest
const declared = {
  ...manifest,
  name: 'pages',
  key: { kind: 'choice', default: 'home', choices: ['home'] },
} as Manifest
const widgets = {
  manifests: new Map([
    ['online', manifest],
    ['pages', declared],
  ]),
  faults: [{ name: 'broken' }],
}

/** The fault of a URL, in a picture and in a problem document. */
function faultOf(url: string, method = 'GET'): PublicError | undefined {
  const { result } = readTarget({ method, url, headers: { 'sec-fetch-dest': 'image' } }, widgets)
  if (result instanceof PublicError) return result
  try {
    parseLook(result.manifest, 'png', result.query)
    return undefined
  } catch (error) {
    return error as PublicError
  }
}

test.each<[string, (value: string) => string]>([
  ['a length', (value) => `/online/a.png?width=${value}`],
  ['a color', (value) => `/online/a.png?color=${value}`],
  ['a choice', (value) => `/online/a.png?count=${value}`],
  ['a text', (value) => `/online/a.png?label=${value}`],
  ['a duration', (value) => `/online/a.png?every=${value}`],
  ['a date', (value) => `/online/a.png?at=${value}`],
  ['a time zone', (value) => `/online/a.png?zone=${value}`],
  ['several values', (value) => `/online/a.png?width=${value}&color=${value}&zone=${value}`],
  ['a delivery', (value) => `/online/a.png?delivery=${value}`],
  ['a widget', (value) => `/${value}/a.png`],
  ['a key', (value) => `/online/${value}%20.png`],
  ['a key that is not declared', (value) => `/pages/${value}.png`],
  ['a path without an ending', (value) => `/online/${value}`],
  ['a long URL', (value) => `/online/a.png?t=${value.repeat(500)}`],
])('%s that is wrong has one caption, whatever came', (_what, urlOf) => {
  const values = Array.from({ length: 50 }, (_, turn) => `zq${'x'.repeat(turn % 7)}${turn}zq`)
  const faults = values.map((value) => faultOf(urlOf(value)))
  expect(faults.every((fault) => fault instanceof PublicError)).toBe(true)
  const captions = new Set(faults.map((fault) => fault?.caption))
  expect([...captions].join()).not.toContain('zq')
  expect(captions.size).toBe(1)
})

test('methods have one caption', () => {
  const captions = ['POST', 'BREW', 'X1'].map((method) => faultOf('/online/a.png', method)?.caption)
  expect(new Set(captions)).toEqual(new Set(['expected GET or HEAD']))
})

test('the detail contains the actual value', () => {
  expect(faultOf('/online/a.png?width=tall')?.message).toContain('got "tall"')
  expect(faultOf('/onlin/a.png')?.message).toBe('no widget onlin, did you mean online?')
})
