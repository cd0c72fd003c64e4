import { afterEach, describe, expect, test } from 'vitest'
import type { Leases } from '../../src/cluster/leases.ts'

/** Two nodes of one cluster, and its clock. */
export interface LeaseNodes {
  nodes: readonly [Leases, Leases]
  pass(milliseconds: number): Promise<void>
}

/** What all leases promise. `make` is called for each test. */
export function describeLeases(kind: string, make: () => LeaseNodes | Promise<LeaseNodes>): void {
  const open: LeaseNodes[] = []
  afterEach(async () => {
    for (const { nodes } of open.splice(0)) for (const node of nodes) await node.close()
  })
  const begin = async () => {
    const made = await make()
    open.push(made)
    return made
  }

  describe(kind, () => {
    test('are held by one node at a time, by name', async () => {
      const { nodes } = await begin()
      const [one, other] = nodes
      const held = await Promise.all([one.hold('poll/a', 1_000), other.hold('poll/a', 1_000)])
      expect(held.filter(Boolean)).toHaveLength(1)
      expect(await one.hold('poll/b', 1_000)).toBe(true)
      expect(await other.hold('poll/b', 1_000)).toBe(false)
      expect(await other.hold('poll/c', 1_000)).toBe(true)
    })

    test('are extended by their holder, and expire if they are not extended', async () => {
      const { nodes, pass } = await begin()
      const [one, other] = nodes
      for (let turn = 0; turn < 3; turn += 1) {
        expect(await one.hold('poll/a', 1_000)).toBe(true)
        await pass(600)
        expect(await other.hold('poll/a', 1_000)).toBe(false)
      }
      await pass(500)
      expect(await other.hold('poll/a', 1_000)).toBe(true)
      expect(await one.hold('poll/a', 1_000)).toBe(false)
    })

    test('can be released only by their holder', async () => {
      const { nodes } = await begin()
      const [one, other] = nodes
      await one.hold('poll/a', 1_000)
      await other.release('poll/a')
      await other.release('poll/none')
      expect(await other.hold('poll/a', 1_000)).toBe(false)
      await one.release('poll/a')
      expect(await other.hold('poll/a', 1_000)).toBe(true)
    })

    test('are all released by a node that is closed, which gets no more', async () => {
      const { nodes } = await begin()
      const [one, other] = nodes
      await one.hold('poll/a', 1_000)
      await one.hold('poll/b', 1_000)
      await one.close()
      await one.close()
      expect(await other.hold('poll/a', 1_000)).toBe(true)
      expect(await other.hold('poll/b', 1_000)).toBe(true)
      expect(await one.hold('poll/c', 1_000)).toBe(false)
    })
  })
}
