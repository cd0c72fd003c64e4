import { describe, expect, test } from 'vitest'
import { type AskState, createRoomState } from '../../../src/render/host/room-state.ts'

/** Clones what it is asked, as the channel to the server does. */
const ask: AskState = async (request) => {
  structuredClone(request)
  return request.operation === 'swap' ? { isSwapped: true } : undefined
}
const state = createRoomState('a/b', ask)
const circle: { self?: unknown } = {}
circle.self = circle

describe.each<[string, unknown, RegExp]>([
  ['a function', () => 1, /Expected `votes` to be a JSON value, which has no function/],
  ['a symbol', Symbol('a'), /Expected `votes` to be a JSON value, which has no symbol/],
  ['a circle', circle, /Expected `votes` to be a JSON value: .*circular/],
  ['a bigint', 1n, /Expected `votes` to be a JSON value, which has no bigint/],
  ['a map within a list', [new Map()], /Expected `votes` to be a JSON value, which has no Map/],
  [
    'a function within an object',
    { draw: () => 1 },
    /Expected `votes` to be a JSON value, which has no function/,
  ],
  ['no number', { at: Number.NaN }, /Expected `votes` to be a JSON value, which has no NaN/],
  ['a large value', 'x'.repeat(65_536), /Expected `votes` to be at most 65536 bytes of JSON, got 65538/],
])('a state to which a widget writes %s', (_name, value, message) => {
  test('names the value in its error', async () => {
    await expect(state.set('votes', value)).rejects.toThrow(message)
    await expect(state.push('votes', value)).rejects.toThrow(message)
    await expect(state.update('votes', () => value)).rejects.toThrow(message)
    await expect(state.add('votes', value as number)).rejects.toThrow(
      /Expected a number to add to `votes`, got/,
    )
  })
})

test('a state keeps the plain data of what a widget writes, and `update` deletes with undefined', async () => {
  await state.set('votes', { at: new Date(0), name: undefined })
  await state.push('votes', [null])
  await state.add('votes', 2)
  expect(await state.update('votes', () => undefined)).toBeUndefined()
})
