import { afterEach, describe, expect, test } from 'vitest'
import type { Bus } from '../../src/cluster/bus.ts'
import type { Membership, Presence, RoomCounts } from '../../src/cluster/presence.ts'
import { eventually } from '../support/eventually.ts'

/** One node with its presence. */
export interface PresenceNode {
  presence: Presence
  bus: Bus
}

/** Nodes of one cluster, and ways to harm them. */
export interface PresenceNodes {
  /** One or more. */
  nodes: readonly [PresenceNode, ...PresenceNode[]]
  /** Lets time go by on every node. */
  pass(milliseconds: number): Promise<void>
  /** Ends a node without a word, as `kill -9` does; undefined where there is one node only. */
  kill?: (node: PresenceNode) => void
  /** Cuts a node off from the others, and connects it again; undefined where that cannot happen. */
  cut?: (node: PresenceNode) => Promise<void>
  reconnect?: (node: PresenceNode) => Promise<void>
}

/** After this time the counts of a dead node are gone. */
const LEASE = 15_000

/** What every presence promises. `make` is called for each test. */
export function describePresence(kind: string, make: () => PresenceNodes | Promise<PresenceNodes>): void {
  const open: PresenceNodes[] = []
  afterEach(async () => {
    for (const { nodes } of open.splice(0)) for (const { presence } of nodes) await presence.close()
  })
  const begin = async () => {
    const made = await make()
    open.push(made)
    const [{ presence, bus }] = made.nodes
    const last = made.nodes.at(-1) as PresenceNode
    /** On every node, and not partial. */
    const expectCounts = (expected: Partial<RoomCounts>, room = 'online/a') =>
      eventually(async () => {
        for (const node of made.nodes) {
          const counts = await node.presence.counts(room)
          expect(counts).toMatchObject(expected)
          expect(counts).not.toHaveProperty('isPartial')
        }
      })
    return { ...made, presence, bus, last, expectCounts }
  }
  const isCluster = (made: { nodes: readonly PresenceNode[] }) => made.nodes.length > 1

  describe(kind, () => {
    test('counts the reader of a still as a visitor without a connection', async () => {
      const { presence, last, expectCounts } = await begin()
      const stills = [
        await presence.join('online/a', 'ann', 'still'),
        await last.presence.join('online/a', 'bob', 'still'),
      ]
      await expectCounts({ connections: 0, visitors: 2, peak: 2 })
      const stream = await last.presence.join('online/a', 'ann')
      await expectCounts({ connections: 1, visitors: 2 })
      for (const still of stills) await still.leave()
      await expectCounts({ connections: 1, visitors: 1 })
      await stream.leave()
      await expectCounts({ connections: 0, visitors: 0 })
      expect(await presence.rooms()).toEqual([])
    })

    test('counts streams and people on every node, and forgets a room when the last is gone', async () => {
      const { presence, last, expectCounts } = await begin()
      const members = [
        await presence.join('online/a', 'ann'),
        await last.presence.join('online/a', 'ann'),
        await last.presence.join('online/a', 'bob'),
      ]
      await expectCounts({ connections: 3, visitors: 2, peak: 2 })
      expect(await presence.rooms()).toEqual([{ room: 'online/a', connections: 3, visitors: 2 }])
      for (const member of members) await member.leave()
      await expectCounts({ connections: 0, visitors: 0, peak: 2 })
      expect(await presence.rooms()).toEqual([])
      expect(presence.openRooms).toBe(0)
    })

    test('ignores a second leave', async () => {
      const { presence, last, expectCounts } = await begin()
      const first = await presence.join('online/a', 'ann')
      await last.presence.join('online/a', 'bob')
      await first.leave()
      await first.leave()
      await expectCounts({ connections: 1, visitors: 1 })
    })

    test('does not drift through random joins and leaves on any node', async () => {
      const { nodes, expectCounts } = await begin()
      const members: { viewer: string; member: Membership }[] = []
      for (let step = 0; step < 1_000; step += 1) {
        if (Math.random() < 0.5 || members.length === 0) {
          const viewer = `v${Math.floor(Math.random() * 20)}`
          const { presence } = nodes[Math.floor(Math.random() * nodes.length)] as PresenceNode
          members.push({ viewer, member: await presence.join('r/a', viewer) })
        } else await members.splice(Math.floor(Math.random() * members.length), 1)[0]?.member.leave()
      }
      const visitors = new Set(members.map(({ viewer }) => viewer)).size
      await expectCounts({ connections: members.length, visitors }, 'r/a')
      await Promise.all(members.map(({ member }) => member.leave()))
      await expectCounts({ connections: 0, visitors: 0 }, 'r/a')
    })

    test('counts five visitors of one address, on all nodes together, and every connection', async () => {
      const { presence, last, expectCounts } = await begin()
      const join = (index: number) =>
        (index % 2 ? presence : last.presence).join('online/a', `home.v${index}`)
      const members = await Promise.all(Array.from({ length: 20 }, (_, index) => join(index)))
      await expectCounts({ connections: 20, visitors: 5 })
      for (const member of members.splice(0, 17)) await member.leave()
      await expectCounts({ connections: 3, visitors: 3 })
      for (const member of members) await member.leave()
      await expectCounts({ connections: 0, visitors: 0 })
    })

    test('publishes each change after it can be read', async () => {
      const { presence, bus } = await begin()
      const seen: Promise<number>[] = []
      bus.subscribe((room, change) => {
        expect([room, change]).toEqual(['online/a', 'presence'])
        seen.push(presence.counts(room).then(({ connections }) => connections))
      })
      const member = await presence.join('online/a', 'ann')
      await eventually(async () => expect((await Promise.all(seen)).at(-1)).toBe(1))
      await member.leave()
      await eventually(async () => expect((await Promise.all(seen)).at(-1)).toBe(0))
    })

    test('keeps counting viewers that stay for a long time', async () => {
      const { presence, pass, expectCounts } = await begin()
      const member = await presence.join('online/a', 'ann')
      await pass(10 * LEASE)
      await expectCounts({ connections: 1, visitors: 1 })
      await member.leave()
      await expectCounts({ connections: 0, visitors: 0 })
    })

    test('removes the streams of a node that closes, or dies, from the other nodes’ counts', async () => {
      const made = await begin()
      const { presence, last, kill, pass } = made
      await presence.join('online/a', 'ann')
      await last.presence.join('online/a', 'bob')
      if (!isCluster(made)) return expect(kill).toBeUndefined()
      kill?.(last)
      await pass(LEASE)
      await eventually(async () =>
        expect(await presence.counts('online/a')).toMatchObject({ connections: 1, visitors: 1 }),
      )
    })

    test('counts only its own viewers, marked partial, while it is disconnected, and all of them afterwards', async () => {
      const made = await begin()
      const { presence, last, cut, reconnect, pass, expectCounts } = made
      await presence.join('online/a', 'ann')
      await last.presence.join('online/a', 'bob')
      if (!isCluster(made)) return expect(cut).toBeUndefined()
      // Processes of one machine end with the one that has the parts: they cannot be disconnected.
      if (!cut) return expect(reconnect).toBeUndefined()
      await cut(last)
      await pass(LEASE)
      const own = { connections: 1, visitors: 1, isPartial: true }
      await eventually(async () => expect(await last.presence.counts('online/a')).toMatchObject(own))
      const joined = await last.presence.join('online/a', 'eve')
      await reconnect?.(last)
      await pass(LEASE)
      await expectCounts({ connections: 3, visitors: 3 })
      await joined.leave()
      await expectCounts({ connections: 2, visitors: 2 })
    })

    test('can be left after it was closed', async () => {
      const { presence } = await begin()
      const member = await presence.join('online/a', 'ann')
      await presence.close()
      await presence.close()
      await member.leave()
    })
  })
}
