import { expect, test } from 'vitest'
import { readRoomHistory } from '../../src/cluster/room-history.ts'
import { emptyHistory, emptyStep, withEveryStep } from '../../src/widget/room-history.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const now = 1_000_000 * MINUTE + 5

test('a history without viewers has a step for each minute of the hour', () => {
  const { from, to, step, steps } = emptyHistory('hour', now)
  expect([to - from, step, steps.length]).toEqual([60 * MINUTE, MINUTE, 60])
  expect([steps[0], steps.at(-1)?.time]).toEqual([emptyStep(from), to - MINUTE])
})

test('steps in which something happened stay, at their place among the empty ones', () => {
  const { from, to, step } = emptyHistory('hour', now)
  const busy = { ...emptyStep(from + 7 * step), hits: 3 }
  const { steps } = withEveryStep({ from, to, step, steps: [busy] })
  expect([steps.length, steps[7], steps[8]]).toEqual([60, busy, emptyStep(from + 8 * step)])
})

test('a room that was never watched sends no step to a widget', async () => {
  const cluster = {
    history: { read: async () => [], record: async () => ({ since: undefined, peak: 0, peakToday: 0 }) },
    presence: { counts: async () => ({ connections: 0, visitors: 0, peak: 0 }) },
    store: { get: async () => undefined, clockOffset: 5 * HOUR },
  } as unknown as Parameters<typeof readRoomHistory>[0]
  const history = await readRoomHistory(cluster, 'online/invented', 'week')
  expect(history).toMatchObject({ room: 'online/invented', steps: [], hits: 0 })
  expect(withEveryStep(history).steps.length).toBe(168)
  // It ends with the present hour of the clock that all nodes follow.
  expect([5 * HOUR, 6 * HOUR]).toContain(history.to - HOUR * Math.floor(Date.now() / HOUR))
})
