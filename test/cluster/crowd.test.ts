import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressOf, Crowd, type VisitorLimit } from '../../src/cluster/crowd.ts'

function crowdOf(sizes: Record<string, number>, limit?: VisitorLimit): Crowd {
  const crowd = new Crowd(limit)
  for (const [address, size] of Object.entries(sizes))
    for (let viewer = 0; viewer < size; viewer += 1) crowd.add(`${address}.${viewer}`)
  return crowd
}

/** Homes with one viewer each. */
function homes(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`home${index}`, 1]))
}

/** The definition, from scratch. */
function expectedVisitors(viewers: readonly string[], limit: VisitorLimit): number {
  const sizes = new Map<string, number>()
  let visitors = 0
  for (const viewer of new Set(viewers)) {
    const address = addressOf(viewer)
    if (address === undefined) visitors += 1
    else sizes.set(address, (sizes.get(address) ?? 0) + 1)
  }
  const sum = (most: number) =>
    [...sizes.values()].reduce((all, size) => all + Math.min(size, most), visitors)
  return sum(limit === 'auto' ? Math.max(5, Math.floor(sum(5) / 5)) : limit)
}

describe('a crowd', () => {
  test('of 200 browsers at one address is five visitors', () => {
    const crowd = crowdOf({ ...homes(3), machine: 200 })
    expect([crowd.connections, crowd.visitors]).toEqual([203, 8])
  })

  test('has all of an office of five, in the smallest room', () => {
    expect(crowdOf({ office: 5 }).visitors).toBe(5)
  })

  test('has a fifth of a large room from one carrier', () => {
    expect(crowdOf({ ...homes(1_000), carrier: 150 }).visitors).toBe(1_150)
    expect(crowdOf({ ...homes(1_000), carrier: 5_000 }).visitors).toBe(1_000 + 201)
  })

  test('does not allow two addresses to raise each other’s limit', () => {
    expect(crowdOf({ one: 1_000, other: 1_000 }).visitors).toBe(10)
  })

  test('has a fixed limit if one is set', () => {
    expect(crowdOf({ ...homes(1_000), carrier: 150 }, 2).visitors).toBe(1_002)
    expect(crowdOf({ machine: 200 }, 1_000_000).visitors).toBe(200)
  })

  test('counts viewers without an address whole', () => {
    const crowd = new Crowd()
    for (let viewer = 0; viewer < 50; viewer += 1) crowd.add(`v${viewer}`)
    expect(crowd.visitors).toBe(50)
  })

  test('depends only on its viewers, in any order of joining and leaving, and ends empty', () => {
    const viewer = fc
      .tuple(fc.constantFrom('a.', 'b.', 'c.', ''), fc.integer({ min: 0, max: 12 }))
      .map(([address, number]) => `${address}${number}`)
    const steps = fc.array(fc.record({ viewer, isLeaving: fc.boolean(), at: fc.nat() }), { maxLength: 120 })
    const limits = fc.constantFrom<VisitorLimit>('auto', 1, 3, 100)
    fc.assert(
      fc.property(steps, limits, (all, limit) => {
        const crowd = new Crowd(limit)
        const present: string[] = []
        for (const { viewer, isLeaving, at } of all) {
          if (isLeaving && present.length > 0) {
            const [leaver = ''] = present.splice(at % present.length, 1)
            crowd.delete(leaver)
          } else {
            present.push(viewer)
            crowd.add(viewer)
          }
          expect([crowd.connections, crowd.visitors]).toEqual([
            present.length,
            expectedVisitors(present, limit),
          ])
        }
        for (const viewer of present) crowd.delete(viewer)
        expect([crowd.connections, crowd.visitors]).toEqual([0, 0])
      }),
      { numRuns: 500 },
    )
  })
})
