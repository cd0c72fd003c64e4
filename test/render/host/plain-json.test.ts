import { expect, test } from 'vitest'
import { Mistake } from '../../../src/render/host/mistake.ts'
import { plainJson } from '../../../src/render/host/plain-json.ts'

test('the part that JSON keeps is sent', () => {
  expect(plainJson({ f() {}, map: new Map([[1, 2]]), date: new Date(0), none: undefined })).toEqual({
    map: {},
    date: '1970-01-01T00:00:00.000Z',
  })
  expect([plainJson(undefined), plainJson(null), plainJson('x')]).toEqual([undefined, null, 'x'])
})

test('what cannot be written, or is too large, is a mistake that does not show what the widget threw', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  let deep: object = {}
  for (let level = 0; level < 100_000; level += 1) deep = { deep }
  const throws = {
    toJSON() {
      throw new Error('secret')
    },
  }
  for (const value of [circle, deep, throws, { n: 1n }])
    expect(() => plainJson(value)).toThrow(new Mistake('expected `json` to return a JSON value'))
  expect(() => plainJson('x'.repeat(3_000_000))).toThrow('at most 2097152 bytes of JSON, got 3000002')
})
