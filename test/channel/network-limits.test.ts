import { expect, test } from 'vitest'
import { NetworkLimits } from '../../src/channel/network-limits.ts'

test('without limits no network is full', () => {
  const limits = new NetworkLimits({ maxChannelsPerAddress: 0, maxLooksPerAddress: 0 })
  expect(limits.isFull(100_000)).toBe(false)
  for (let turn = 0; turn < 10_000; turn += 1) limits.takeLook('192.0.2.1')
})

test('a network opens as many channels a minute as allowed, then gets a 429 with Retry-After', () => {
  let now = 0
  const limits = new NetworkLimits({ maxLooksPerAddress: 60 }, () => now)
  for (let turn = 0; turn < 60; turn += 1) limits.takeLook('192.0.2.1')
  expect(() => limits.takeLook('192.0.2.1')).toThrow(
    expect.objectContaining({ status: 429, headers: { 'Retry-After': '10' } }),
  )
  limits.takeLook('192.0.2.2')
  now = 1_000
  limits.takeLook('192.0.2.1')
  expect(() => limits.takeLook('192.0.2.1')).toThrow('too fast')
})
