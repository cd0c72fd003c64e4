import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHour, encodeHour } from '../../src/cluster/hour-code.ts'
import type { Hour, Minute } from '../../src/cluster/minute.ts'

/** Minutes as they can happen: connections at least visitors, no mean above its peak, by quarters. */
const minute = fc
  .record({
    visitorsPeak: fc.nat(1_000),
    more: fc.nat(50),
    visitorsShare: fc.nat(4),
    hits: fc.oneof(fc.nat(5), fc.nat(2 ** 32 - 1)),
  })
  .map(({ visitorsPeak, more, visitorsShare, hits }): Minute => {
    const visitorsTime = visitorsPeak * visitorsShare * 15_000
    const connectionsTime = visitorsTime + more * visitorsShare * 15_000
    return { visitorsPeak, visitorsTime, connectionsPeak: visitorsPeak + more, connectionsTime, hits }
  })
const hours = fc
  .array(fc.tuple(fc.nat(59), minute), { maxLength: 60 })
  .map(
    (entries): Hour => new Map(entries.filter(([, { connectionsPeak, hits }]) => connectionsPeak + hits > 0)),
  )

const watched = (peak: number, time: number): Minute => ({
  visitorsPeak: peak,
  visitorsTime: time,
  connectionsPeak: peak,
  connectionsTime: time,
  hits: 0,
})

describe('an hour', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(hours, (hour) => {
        expect(decodeHour(encodeHour(hour))).toEqual(hour)
      }),
    )
  })

  test('is whatever it is, of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeHour(bytes).size).toBeLessThanOrEqual(60)
      }),
    )
  })

  test('keeps means to a quarter of a person', () => {
    const read = decodeHour(encodeHour(new Map([[7, watched(3, 66_234)]]))).get(7)
    expect(read).toEqual(watched(3, 60_000))
  })

  test('has no mean above its peak, even of a minute that was lived twice', () => {
    expect(decodeHour(encodeHour(new Map([[0, watched(1, 120_000)]]))).get(0)).toEqual(watched(1, 60_000))
  })

  test('that is quiet takes a few bytes, a busy one two for each minute', () => {
    const quiet: Hour = new Map(Array.from({ length: 60 }, (_, index) => [index, watched(1, 60_000)]))
    expect(encodeHour(quiet).length).toBeLessThanOrEqual(14)
    expect(encodeHour(new Map([[30, watched(1, 2_000)]])).length).toBeLessThanOrEqual(6)
    const busy: Hour = new Map(
      Array.from({ length: 60 }, (_, index) => [
        index,
        watched(20 + ((index * 7) % 5), 1_200_000 + ((index * 7_919) % 9) * 6_000),
      ]),
    )
    expect(encodeHour(busy).length).toBeLessThan(120)
  })
})
