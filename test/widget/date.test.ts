import { describe, expect, test } from 'vitest'
import { dateToTime, readDate } from '../../src/widget/date.ts'

describe('a date', () => {
  test.each([
    ['2027-01-01', '2027-01-01'],
    ['2027-01-01T00:00:00', '2027-01-01'],
    ['2027-01-01T00:00:01', '2027-01-01T00:00:01'],
    ['2027-01-01T18:30', '2027-01-01T18:30'],
    ['2027-01-01t18:30:00', '2027-01-01T18:30'],
    ['2027-01-01T18:30:15', '2027-01-01T18:30:15'],
    ['2028-02-29', '2028-02-29'],
    ['2027-01-01T18:30:15.123Z', '2027-01-01T18:30:15Z'],
    ['2027-01-01T18:30:00.000Z', '2027-01-01T18:30Z'],
    ['2027-01-01 18:30', '2027-01-01T18:30'],
    ['2027-01-01 18:30 02', '2027-01-01T16:30Z'],
    ['2027-01-01T18:30+02', '2027-01-01T16:30Z'],
    ['2027-01-01T00:00Z', '2027-01-01T00:00Z'],
    ['2027-01-01T00:00+02:00', '2026-12-31T22:00Z'],
    ['2027-01-01T00:00 02:00', '2026-12-31T22:00Z'],
    ['2027-01-01T00:00-0530', '2027-01-01T05:30Z'],
  ])('written %s is read as %s', (raw, date) => {
    expect(readDate(raw)).toBe(date)
  })

  test.each([
    '',
    'tomorrow',
    '2027',
    '2027-1-1',
    '2027-02-29',
    '2027-13-01',
    '2027-01-01T24:00',
    '2027-01-01T12:60',
    '2027-01-01T12',
    '2027-01-01T12:00+24:00',
    '2027-01-01T12:00.5Z',
    '2027-01-01T12:00:00.Z',
    '2027-01-01+02:00',
    '1798761600000',
  ])('is not %j', (raw) => {
    expect(readDate(raw)).toBeUndefined()
  })

  test.each([
    ['2027-01-01T00:00Z', 'Asia/Tokyo', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01', 'UTC', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01', 'Europe/Berlin', '2026-12-31T23:00:00.000Z'],
    ['2027-07-01T00:00', 'Europe/Berlin', '2027-06-30T22:00:00.000Z'],
    ['2027-01-01T00:00', 'America/New_York', '2027-01-01T05:00:00.000Z'],
  ])('%s in %s is %s', (date, zone, moment) => {
    expect(new Date(dateToTime(date, zone)).toISOString()).toBe(moment)
  })

  test.each([
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
  ])('that the clocks skip (%s in %s) is what they show in its place', (date, zone, moment) => {
    expect(new Date(dateToTime(date, zone)).toISOString()).toBe(moment)
  })

  test.each([
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ])('that comes twice (%s in %s) is the first of the two', (date, zone, moment) => {
    expect(new Date(dateToTime(date, zone)).toISOString()).toBe(moment)
  })
})
