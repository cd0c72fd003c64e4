import { describe, expect, test } from 'vitest'
import { readZone, zoneOffset } from '../../src/widget/zone.ts'

const HOUR = 3_600_000
const [WINTER, SUMMER] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)]

describe('a time zone', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['utc', 'UTC'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['Etc/GMT 5', 'Etc/GMT+5'],
  ])('written %s is read as %s', (raw, zone) => {
    expect(readZone(raw)).toBe(zone)
  })

  test.each(['', 'Mars/Olympus', 'Berlin', 'constructor'])('is not %j', (raw) => {
    expect(readZone(raw)).toBeUndefined()
  })

  test.each([
    ['UTC', 0, 0],
    ['Europe/Berlin', 1, 2],
    ['America/New_York', -5, -4],
    ['Asia/Kathmandu', 5.75, 5.75],
    ['America/St_Johns', -3.5, -2.5],
  ])('%s is %d hours ahead in winter and %d in summer', (zone, winter, summer) => {
    expect([zoneOffset(WINTER, zone), zoneOffset(SUMMER, zone)]).toEqual([winter * HOUR, summer * HOUR])
  })
})
