import { expect, test } from 'vitest'
import { FairShares } from '../../src/render/fair-shares.ts'

/** A room that has little drawn. */
const ROOM = 'online/a'
// Each drawing costs 2 ms more than its time in a render process.
const of = (...networks: string[]) => ({ networks, count: networks.length })

test('a debt halves every two seconds', () => {
  let now = 0
  const shares = new FairShares(() => now)
  shares.charge(of('a'), 100 - 2, ROOM)
  expect(shares.debt(of('a'), ROOM)).toBe(100)
  now = 2_000
  expect(shares.debt(of('a'), ROOM)).toBe(50)
  shares.charge(of('a'), 10 - 2, ROOM)
  now = 4_000
  expect(shares.debt(of('a'), ROOM)).toBe(30)
})

test('the networks that watch one picture share its cost, and the one with the least debt decides its turn', () => {
  const shares = new FairShares(() => 0)
  shares.charge(of('a'), 100 - 2, 'online/b')
  shares.charge(of('a', 'b'), 40 - 2, 'online/c')
  const debts = [of('a'), of('b'), of('a', 'b')].map((payers) => shares.debt(payers, ROOM))
  expect(debts).toEqual([120, 20, 20])
})

test('each viewer in a crowd on one picture is charged almost nothing', () => {
  const shares = new FairShares(() => 0)
  shares.charge({ networks: ['a', 'b'], count: 1000 }, 50 - 2, ROOM)
  expect(shares.debt(of('a'), ROOM)).toBe(0.05)
})

test('work of the server itself has no debt', () => {
  const shares = new FairShares(() => 0)
  shares.charge(of(), 1000 - 2, ROOM)
  expect(shares.debt(of(), ROOM)).toBe(0)
})

test('a network is over its share only while others have something drawn too', () => {
  let now = 0
  const shares = new FairShares(() => now)
  shares.charge(of('a'), 2_000, 'sine/a')
  expect(shares.isOver(of('a'), 'sine/a')).toBe(false)
  now = 300
  shares.charge(of('b'), 20, ROOM)
  expect([shares.isOver(of('a'), 'sine/a'), shares.isOver(of('b'), ROOM)]).toEqual([true, false])
  now = 20_000
  expect(shares.isOver(of('a'), 'sine/a')).toBe(false)
})

test('on a slow machine, where everything takes long, only those above the average are over their share', () => {
  const shares = new FairShares(() => 0)
  shares.charge(of('greedy'), 9_000, 'sine/a')
  shares.charge(of('modest'), 900, ROOM)
  expect([shares.isOver(of('greedy'), 'sine/a'), shares.isOver(of('modest'), ROOM)]).toEqual([true, false])
})

test('a room with much drawn for many networks waits too, least of all its most popular picture', () => {
  const shares = new FairShares(() => 0)
  for (let turn = 0; turn < 100; turn += 1) shares.charge(of(`192.0.2.${turn}`), 100 - 2, 'sine/flooded')
  const popular = { networks: ['192.0.2.1', '198.51.100.1'], count: 50 }
  expect(shares.debt(of('198.51.100.1'), 'sine/flooded')).toBe(2_500)
  expect(shares.debt(popular, 'sine/flooded')).toBe(50)
  expect(shares.debt(of('198.51.100.1'), 'sine/calm')).toBe(0)
})
