import { expect, test } from 'vitest'
import { FairShares } from '../../src/render/fair-shares.ts'

const of = (...networks: string[]) => ({ networks, count: networks.length })

test('a debt halves every two seconds', () => {
  let now = 0
  const shares = new FairShares(() => now)
  shares.charge(of('a'), 100)
  expect(shares.debt(of('a'))).toBe(100)
  now = 2_000
  expect(shares.debt(of('a'))).toBe(50)
  shares.charge(of('a'), 10)
  now = 4_000
  expect(shares.debt(of('a'))).toBe(30)
})

test('the networks that watch one picture share its cost, and the one with the least debt decides its turn', () => {
  const shares = new FairShares(() => 0)
  shares.charge(of('a'), 100)
  shares.charge(of('a', 'b'), 40)
  expect([shares.debt(of('a')), shares.debt(of('b')), shares.debt(of('a', 'b'))]).toEqual([120, 20, 20])
})

test('each viewer in a crowd on one picture is charged almost nothing', () => {
  const shares = new FairShares(() => 0)
  shares.charge({ networks: ['a', 'b'], count: 1000 }, 50)
  expect(shares.debt(of('a'))).toBe(0.05)
})

test('work of the server itself has no debt', () => {
  const shares = new FairShares(() => 0)
  shares.charge(of(), 1000)
  expect(shares.debt(of())).toBe(0)
})

test('a network is over its share only while others have something drawn too', () => {
  let now = 0
  const shares = new FairShares(() => now)
  shares.charge(of('a'), 2_000)
  expect(shares.isOver(of('a'))).toBe(false)
  shares.charge(of('b'), 20)
  expect([shares.isOver(of('a')), shares.isOver(of('b'))]).toEqual([true, false])
  now = 10_000
  expect(shares.isOver(of('a'))).toBe(false)
})
