import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import type { Membership, Presence } from '../../src/cluster/presence.ts'
import { memoryHistory } from '../support/memory-history.ts'

/** A presence whose store responds late, in any order that fast-check's scheduler chooses. */
function slow(presence: Presence, scheduler: fc.Scheduler): Pick<Presence, 'join' | 'counts'> {
  const late = <T>(call: () => Promise<T>): Promise<T> => scheduler.schedule(Promise.resolve()).then(call)
  return {
    counts: (room) => presence.counts(room),
    join: async (room, viewer) => {
      const membership = await late(() => presence.join(room, viewer))
      return { leave: () => late(() => membership.leave()) }
    },
  }
}

interface Visit {
  room: string
  viewer: string
  /** Leaves at once, without waiting for its join; later; or twice. */
  leaves: 'at once' | 'later' | 'twice'
}

const visits = fc.array(
  fc.record<Visit>({
    room: fc.constantFrom('online/a', 'online/b'),
    viewer: fc.constantFrom('ann', 'bob', 'eve'),
    leaves: fc.constantFrom('at once', 'later', 'twice'),
  }),
  { maxLength: 40 },
)

describe('presence on a slow store, in any order', () => {
  test('is never negative, never above the number of joins, and zero when all have left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), visits, async (scheduler, all) => {
        const bus = new MemoryBus()
        const memory = new MemoryPresence(bus, memoryHistory())
        const presence = slow(memory, scheduler)
        const came = { 'online/a': 0, 'online/b': 0 } as Record<string, number>
        const left: Promise<void>[] = []
        const check = async () => {
          for (const [room, most] of Object.entries(came)) {
            const { connections, visitors } = await memory.counts(room)
            expect(visitors).toBeGreaterThanOrEqual(0)
            expect(connections).toBeGreaterThanOrEqual(visitors)
            expect(connections).toBeLessThanOrEqual(most)
          }
        }
        const checks: Promise<void>[] = []
        bus.subscribe(() => checks.push(check()))
        for (const { room, viewer, leaves } of all) {
          came[room] = (came[room] ?? 0) + 1
          const joining = presence.join(room, viewer)
          // As a closed connection does it: the leave waits for its own join, and for no other.
          const leave = (member: Membership) => member.leave()
          if (leaves === 'later')
            left.push(joining.then((member) => scheduler.schedule(Promise.resolve(member))).then(leave))
          else left.push(joining.then(leave))
          if (leaves === 'twice') left.push(joining.then(leave))
        }
        await scheduler.waitFor(Promise.all(left))
        expect(await Promise.all(checks)).toHaveLength(all.length * 2)
        for (const room of Object.keys(came)) {
          expect(await memory.counts(room)).toMatchObject({ connections: 0, visitors: 0 })
        }
        expect(memory.openRooms).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
