import { expect, test } from 'vitest'
import { RequestTurns } from '../../../src/http/server/request-turns.ts'

/** A clock, and an event loop whose turns the test makes. */
function start({ cost = 0 } = {}) {
  let time = 0
  const later: (() => void)[] = []
  const handled: string[] = []
  const turns = new RequestTurns(
    (turn) => later.push(turn),
    () => time,
  )
  const take = (network: string | undefined, name: string, isCancelled = () => false) =>
    turns.take({
      ...{ network, isCancelled },
      handle: () => {
        handled.push(name)
        time += cost
      },
    })
  const turn = () => {
    for (const each of later.splice(0)) each()
    return handled.splice(0)
  }
  return { take, turn, handled: () => handled.splice(0), isIdle: () => later.length === 0 }
}

test('requests that come one at a time are handled at once', () => {
  const { take, turn, handled } = start({ cost: 3 })
  for (const name of ['a', 'b', 'c']) {
    take('192.0.2.1', name)
    expect(handled()).toEqual([name])
    turn()
  }
})

test('of requests that come together, those of one network wait for later turns, in their order', () => {
  const { take, turn, handled, isIdle } = start()
  for (let n = 0; n < 10; n += 1) take('192.0.2.1', `a${n}`)
  take('192.0.2.2', 'b')
  expect(handled()).toEqual(['a0', 'a1', 'a2', 'a3', 'b'])
  expect(turn()).toEqual(['a4', 'a5', 'a6', 'a7'])
  take('192.0.2.1', 'a10')
  expect(turn()).toEqual(['a8', 'a9', 'a10'])
  expect(turn()).toEqual([])
  expect(isIdle()).toBe(true)
})

test('a turn begins no more requests after 4 ms, and the network that waited longest is next', () => {
  const { take, turn, handled } = start({ cost: 2 })
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) take('192.0.2.1', name)
  for (const name of ['b1', 'b2']) take('192.0.2.2', name)
  take('192.0.2.3', 'c1')
  expect(handled()).toEqual(['a1', 'a2'])
  expect(turn()).toEqual(['a3', 'a4'])
  expect(turn()).toEqual(['b1', 'b2'])
  expect(turn()).toEqual(['c1', 'a5'])
})

test('a request that is cancelled while it waits is never handled', () => {
  const { take, turn, handled } = start()
  for (let n = 0; n < 700; n += 1) take('192.0.2.1', `a${n}`, () => n < 699)
  expect(handled()).toEqual(['a0', 'a1', 'a2', 'a3'])
  expect(turn()).toEqual(['a699'])
})

test('a trusted proxy has only the limit of time, since its requests are many clients’', () => {
  const { take, handled } = start()
  for (let n = 0; n < 50; n += 1) take(undefined, `a${n}`)
  expect(handled()).toHaveLength(50)
})
