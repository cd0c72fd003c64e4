import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, emptyMinute, HOUR, MINUTE, type Minute } from '../../src/cluster/minute.ts'
import { type NumberedHour, rollUp } from '../../src/cluster/roll-up.ts'

const BEGIN = Date.UTC(2026, 0, 31)
const LONG_AFTER = BEGIN + 100 * DAY

/** Three days' minutes, by how many minutes after midnight they are. */
const minutes = fc
  .array(fc.record({ at: fc.nat(3 * 1440 - 1), peak: fc.nat(100), share: fc.nat(10), hits: fc.nat(20) }), {
    maxLength: 200,
  })
  .map(
    (all) =>
      new Map(
        all.map(({ at, peak, share, hits }): [number, Minute] => {
          const time = peak * share * (MINUTE / 10)
          return [
            at,
            {
              visitorsPeak: peak,
              visitorsTime: time,
              connectionsPeak: peak + 1,
              connectionsTime: time,
              hits,
            },
          ]
        }),
      ),
  )

function toHours(all: ReadonlyMap<number, Minute>): NumberedHour[] {
  const hours = new Map<number, NumberedHour>()
  for (const [at, minute] of all) {
    const number = BEGIN / HOUR + Math.floor(at / 60)
    const hour = hours.get(number) ?? { number, hour: new Map() }
    hours.set(number, hour)
    hour.hour.set(at % 60, minute)
  }
  return [...hours.values()]
}

test('rolling up keeps the highest peak, all hits, and all watched time', () => {
  fc.assert(
    fc.property(minutes, fc.constantFrom(MINUTE, 10 * MINUTE, HOUR, DAY), (all, step) => {
      const range = { from: BEGIN, to: BEGIN + 3 * DAY, step }
      const steps = rollUp(toHours(all), range, LONG_AFTER)
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
      const known = [...all.values()]
      expect(sum(steps.map(({ hits }) => hits))).toBe(sum(known.map(({ hits }) => hits)))
      expect(sum(steps.map(({ visitors }) => visitors.mean)) * step).toBeCloseTo(
        sum(known.map(({ visitorsTime }) => visitorsTime)),
        3,
      )
      expect(steps.map(({ time }) => time)).toEqual(
        [...new Set([...all.keys()].map((at) => BEGIN + Math.floor((at * MINUTE) / step) * step))].sort(),
      )
      for (const { time, visitors, connections } of steps) {
        const within = [...all].filter(([at]) => Math.floor((at * MINUTE) / step) * step === time - BEGIN)
        expect(visitors.peak).toBe(Math.max(...within.map(([, { visitorsPeak }]) => visitorsPeak)))
        expect(connections.peak).toBe(visitors.peak + 1)
        expect(visitors.mean).toBeLessThanOrEqual(visitors.peak)
      }
    }),
  )
})

test('a range is extended to whole steps, and excludes everything outside of it', () => {
  const all = new Map([0, 59, 60, 119, 120].map((at) => [at, { ...emptyMinute(), hits: 1 }]))
  const range = { from: BEGIN + HOUR + 1, to: BEGIN + 2 * HOUR - 1, step: HOUR }
  const steps = rollUp(toHours(all), range, LONG_AFTER)
  expect(steps.map(({ time, hits }) => [time, hits])).toEqual([[BEGIN + HOUR, 2]])
})

test('the mean of an unfinished step covers its elapsed part', () => {
  const minute = { ...emptyMinute(), visitorsPeak: 4, visitorsTime: 4 * MINUTE }
  const range = { from: BEGIN, to: BEGIN + HOUR, step: HOUR }
  const meanAt = (passed: number) =>
    rollUp(toHours(new Map([[0, minute]])), range, BEGIN + passed)[0]?.visitors.mean
  expect([MINUTE, 2 * MINUTE, HOUR].map(meanAt)).toEqual([4, 2, 4 / 60])
})
