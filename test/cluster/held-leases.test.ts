import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HeldLeases } from '../../src/cluster/held-leases.ts'

/** What happened, in order: the calls of the leases, and the starts and stops of the work. */
let events: string[] = []
/** Whether the cluster gives the lease to this node. */
let isFree = true
let fault: Error | undefined
let held: HeldLeases

beforeEach(() => {
  vi.useFakeTimers()
  events = []
  isFree = true
  fault = undefined
  held = new HeldLeases({
    prefix: 'poll',
    leases: {
      hold: async () => isFree,
      release: async (name) => void events.push(`release ${name}`),
    },
    onGain: (name) => {
      events.push(`gain ${name}`)
      if (fault) throw fault
    },
    onLoss: (name) => events.push(`loss ${name}`),
  })
})
afterEach(() => {
  held.close()
  vi.useRealTimers()
})

test('renews a lease, and works on', async () => {
  await held.add('a')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(held.has('a')).toBe(true)
  expect(events).toEqual(['gain a'])
})

test('a process that was suspended for longer has no lease before it asks, and starts its work again if it gets it', async () => {
  await held.add('a')
  // Its timers did not run meanwhile.
  const suspended = performance.now() + 20_000
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => suspended)
  expect(held.has('a')).toBe(false)
  await held.renew()
  expect(held.has('a')).toBe(true)
  expect(events).toEqual(['gain a', 'loss a', 'gain a'])
  clock.mockRestore()
})

test('work that cannot start gives the lease back, and starts at a later renewal', async () => {
  fault = new Error('the store cannot be reached')
  await held.add('a')
  expect(held.has('a')).toBe(false)
  expect(events).toEqual(['gain a', 'release poll/a'])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(events).toEqual(['gain a', 'release poll/a', 'gain a', 'release poll/a'])
  fault = undefined
  await vi.advanceTimersByTimeAsync(5_000)
  expect(events.at(-1)).toBe('gain a')
  expect(held.has('a')).toBe(true)
})

test('stops when another node has the lease', async () => {
  await held.add('a')
  isFree = false
  await held.renew()
  expect(held.has('a')).toBe(false)
  await held.renew()
  expect(events).toEqual(['gain a', 'loss a'])
})
