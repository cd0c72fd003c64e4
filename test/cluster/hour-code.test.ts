import { deflateRawSync } from 'node:zlib'
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

  test('is some hour or damaged, for any bytes of any version, and costs little', () => {
    const version = fc.constantFrom(0xf0, 0xf1, 0xf2, 0xf3, 0, 100, 239)
    fc.assert(
      fc.property(version, fc.uint8Array({ maxLength: 200 }), (first, rest) => {
        expect(decodeHour(Uint8Array.of(first, ...rest))?.size ?? 0).toBeLessThanOrEqual(60)
      }),
    )
    expect(decodeHour(new Uint8Array())).toBeUndefined()
    const bomb = Uint8Array.of(0xf2, ...deflateRawSync(Buffer.alloc(1_000_000)))
    expect(decodeHour(bomb)).toBeUndefined()
  })

  test('of Imgcast 0.1 is still read', () => {
    const decode = (base64: string) => decodeHour(Buffer.from(base64, 'base64'))
    const minute = (
      visitors: number,
      time: number,
      connections: number,
      all: number,
      hits: number,
    ): Minute => ({
      visitorsPeak: visitors,
      visitorsTime: time * 15_000,
      connectionsPeak: connections,
      connectionsTime: all * 15_000,
      hits,
    })
    expect(decode('AA///w==')).toEqual(new Map())
    expect(decode('HAXzEkkU')).toEqual(new Map([[7, minute(3, 9, 4, 11, 2)]]))
    expect(decode('A7D///8AAAAAAAAAAA==')).toEqual(
      new Map(Array.from({ length: 60 }, (_, index) => [index, minute(1, 4, 1, 4, 0)])),
    )
    const large =
      'A7AAAP///wAAF3D///8AABdtgAAAAAAAAB///+AAAB9AAAAAAAAAA////AAAAyP///wAAAMcAAAAAAAAAOAAAAAAAAAB/////////gAAAAAAAAB8'
    expect(decode(large)).toEqual(
      new Map([
        [0, minute(1000, 3000, 1003, 3100, 4_294_967_295)],
        [1, minute(1, 1, 1, 1, 0)],
        [59, minute(0, 0, 0, 0, 5)],
      ]),
    )
  })

  test('stores means in quarters of a person', () => {
    const read = decodeHour(encodeHour(new Map([[7, watched(3, 66_234)]])))?.get(7)
    expect(read).toEqual(watched(3, 60_000))
  })

  test('has no mean above its peak, even of a minute that was lived twice', () => {
    expect(decodeHour(encodeHour(new Map([[0, watched(1, 120_000)]])))?.get(0)).toEqual(watched(1, 60_000))
  })

  test('takes a few bytes if it is quiet, and two for each minute if it is busy', () => {
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
