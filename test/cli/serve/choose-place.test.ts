import { expect, test } from 'vitest'
import { choosePlace } from '../../../src/cli/serve/choose-place.ts'

const addresses = Array.from({ length: 4_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`)

test('addresses are spread evenly', () => {
  const chosen = addresses.map((address) => choosePlace([0, 1, 2, 3], address))
  for (const place of [0, 1, 2, 3]) {
    const share = chosen.filter((each) => each === place).length / addresses.length
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.3)
  }
})

test('a client has one place, whichever address of its network it uses', () => {
  const places = [0, 1, 2, 3, 4, 5, 6, 7]
  const network = Array.from({ length: 32 }, (_, index) => choosePlace(places, `2001:db8:1:2::${index}`))
  expect(new Set(network).size).toBe(1)
  expect(choosePlace(places, '::ffff:203.0.113.7')).toBe(choosePlace(places, '203.0.113.7'))
})

test('only the addresses of a place that is gone move', () => {
  for (const address of addresses) {
    const before = choosePlace([0, 1, 2], address)
    if (before !== 1) expect(choosePlace([0, 2], address)).toBe(before)
  }
  expect(choosePlace([], '203.0.113.7')).toBeUndefined()
})
