import { afterEach, describe, expect, test } from 'vitest'
import type { Bus } from '../../src/cluster/bus.ts'
import { eventually } from '../support/eventually.ts'

/** Two nodes of one bus; the same one twice for a bus of one node. */
export interface BusNodes {
  nodes: readonly [Bus, Bus]
  /** The messages of the log. */
  logged: readonly string[]
  /** Cuts the second node off, and connects it again; undefined for a bus that cannot be cut off. */
  cut?: () => Promise<void>
  reconnect?: () => Promise<void>
}

/** What every bus promises. `make` is called for each test. */
export function describeBus(kind: string, make: () => BusNodes | Promise<BusNodes>): void {
  const open: BusNodes[] = []
  afterEach(async () => {
    for (const { nodes } of open.splice(0)) for (const node of nodes) await node.close()
  })
  const begin = async () => {
    const made = await make()
    open.push(made)
    const seen: string[][] = [[], []]
    const unsubscribe = made.nodes.map((node, index) =>
      node.subscribe((room, change) => seen[index]?.push(`${room} ${change}`)),
    )
    return { ...made, seen, unsubscribe }
  }

  describe(kind, () => {
    test('notifies every node, including the publishing one, of the change', async () => {
      const { nodes, seen } = await begin()
      const changes = ['presence', 'state', 'hits', 'settings', 'deleted', 'redraw'] as const
      for (const change of changes) nodes[0].publish('r/a', change)
      const all = changes.map((change) => `r/a ${change}`)
      await eventually(() => expect(seen.map((each) => [...new Set(each)])).toEqual([all, all]))
    })

    test('does not call listeners that unsubscribed, but still calls the others', async () => {
      const { nodes, seen, unsubscribe } = await begin()
      const again: string[] = []
      nodes[1].subscribe((room) => again.push(room))
      unsubscribe[1]?.()
      unsubscribe[1]?.()
      nodes[0].publish('r/a', 'state')
      await eventually(() => expect(again).toEqual(['r/a']))
      expect(seen).toEqual([['r/a state'], []])
    })

    test('logs a listener that throws, and calls the others all the same', async () => {
      const { nodes, logged } = await begin()
      const seen: string[] = []
      const fail = () => {
        throw new Error('no good')
      }
      nodes[0].subscribe(fail)
      nodes[0].subscribe((room) => seen.push(room))
      expect(() => nodes[0].publish('r/a', 'state')).not.toThrow()
      nodes[0].publish('r/b', 'state')
      await eventually(() => expect(seen).toEqual(['r/a', 'r/b']))
      expect(logged.filter((text) => text === 'a listener failed')).toHaveLength(2)
    })

    test('allows a listener to unsubscribe, subscribe and publish while it is called', async () => {
      const { nodes } = await begin()
      const seen: string[] = []
      const unsubscribe = nodes[0].subscribe((room) => {
        seen.push(`first ${room}`)
        unsubscribe()
        nodes[0].subscribe((later) => seen.push(`second ${later}`))
        nodes[0].publish('r/b', 'state')
      })
      nodes[0].publish('r/a', 'state')
      await eventually(() => expect(seen).toContain('second r/b'))
      expect(seen.filter((text) => text.startsWith('first'))).toEqual(['first r/a'])
    })

    test('delivers nothing after it is closed, and does not throw', async () => {
      const { nodes, seen } = await begin()
      await nodes[0].close()
      await nodes[0].close()
      nodes[0].publish('r/a', 'state')
      expect(seen[0]).toEqual([])
    })

    test('calls the listeners of a reconnect when messages may have been lost, and never else', async () => {
      const { nodes, cut, reconnect } = await begin()
      let calls = 0
      const unsubscribe = nodes[1].onReconnect(() => {
        calls += 1
      })
      nodes[0].publish('r/a', 'state')
      await cut?.()
      nodes[0].publish('r/b', 'state')
      await reconnect?.()
      await eventually(() => expect(calls).toBe(reconnect ? 1 : 0))
      unsubscribe()
      await cut?.()
      await reconnect?.()
      expect(calls).toBe(reconnect ? 1 : 0)
    })
  })
}
