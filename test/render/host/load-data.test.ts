import { deserialize } from 'node:v8'
import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { OwnValues, toPortable } from '../../../src/render/host/load-data.ts'

test.each([
  [undefined],
  [{ temp: 3, list: [1, 'two', null, { deep: true }] }],
  [new Map([['a', new Set([1])]])],
  [new Date(5)],
  [Buffer.from('bytes')],
])('%o can be sent to other processes', (data) => {
  expect(deserialize(toPortable(data) as Buffer)).toEqual(data)
})

class Price {
  value = 1
}
test.each([
  [() => {}],
  [{ draw() {} }],
  [new Price()],
  [[new Map([['canvas', createCanvas(1, 1)]])]],
  [Buffer.alloc(3 * 2 ** 20)],
])('%o stays in its process', (data) => {
  expect(toPortable(data)).toBeUndefined()
})

test('data that is nested too deeply stays in its process', () => {
  const nested = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], [])
  expect(toPortable(nested) === undefined).toBe(true)
})

test('data that cannot be sent is kept by its version', () => {
  const values = new OwnValues()
  const value = { data: new Price(), rooms: ['a/b'], reads: [] }
  const place = (version: number) => ({ id: 'mine', version, bytes: undefined })
  expect(values.add(place(1), value)).toEqual({ bytes: undefined, rooms: ['a/b'], reads: [] })
  expect(values.get(place(1))).toBe(value)
  expect(values.get(place(2))).toBeUndefined()
})
