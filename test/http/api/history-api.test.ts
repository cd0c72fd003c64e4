import { describe, expect, test } from 'vitest'
import type { PublicError } from '../../../src/errors.ts'
import { parseHistoryQuery } from '../../../src/http/api/history-api.ts'

const NOW = Date.UTC(2026, 1, 1, 12, 30, 15)
const DAY = 86_400_000
const read = (query: string) => parseHistoryQuery(new URLSearchParams(query), NOW)

describe('a request for history', () => {
  test.each([
    ['', NOW - DAY, NOW, 'minute'],
    ['to=2026-02-01T00:00:00Z', Date.UTC(2026, 0, 31), Date.UTC(2026, 1, 1), 'minute'],
    ['from=2026-01-30', Date.UTC(2026, 0, 30), NOW, 'hour'],
    ['from=2026-01-30&step=minute', Date.UTC(2026, 0, 30), NOW, 'minute'],
    ['from=2025-11-01&step=auto', Date.UTC(2025, 10, 1), NOW, 'day'],
    [`from=${NOW - 1000}&step=day`, NOW - 1000, NOW, 'day'],
    ['from=2026-02-01T11:00:00.123Z', Date.UTC(2026, 1, 1, 11), NOW, 'minute'],
    ['from=2026-02-01+12:00%2B01', Date.UTC(2026, 1, 1, 11), NOW, 'minute'],
    ['from=2026-02-01T12:00%2B01:00', Date.UTC(2026, 1, 1, 11), NOW, 'minute'],
  ])('%s', (query, from, to, stepName) => {
    expect(read(query)).toMatchObject({ from, to, stepName, format: 'json' })
  })

  test('reports a time without a zone', () => {
    expect(() => read('from=2026-02-01T12:00')).toThrow(
      /expected a time zone after the time, like Z or \+02:00/,
    )
  })

  test.each([
    ['from=yesterday&to=-1&step=second&format=xml', ['to', 'from', 'step', 'format']],
    ['from=', ['from']],
    ['from=2026-13-01', ['from']],
    ['from=2025-02-31', ['from']],
    ['from=2026-01-01&to=2025-02-29T12:00Z', ['to']],
    ['to=99999999999999999', ['to']],
    ['from=2026-02-01&to=2026-01-01', ['from']],
    [`from=${NOW}&to=${NOW}`, ['from']],
    ['from=2025-12-01&step=minute', ['step']],
    ['from=1970-01-01&step=day', ['step']],
  ])('that is wrong names every wrong parameter: %s', (query, names) => {
    const error = (() => {
      try {
        read(query)
      } catch (thrown) {
        return thrown as PublicError
      }
      return undefined
    })()
    expect(error?.status).toBe(400)
    expect(error?.faults.map(({ name }) => name)).toEqual(names)
    for (const { detail } of error?.faults ?? []) expect(detail).toMatch(/^expected .*, got /)
  })
})
