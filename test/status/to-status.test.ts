import { describe, expect, test } from 'vitest'
import type { Poll } from '../../src/status/poll.ts'
import { toFailedStatus, toHttpStatus, toStatus } from '../../src/status/to-status.ts'

const POLL: Poll = { url: 'http://localhost/', every: '1m' }
const STATUS = { schemaVersion: 1, label: 'build', message: 'passing', color: 'green' }

describe('a response as a status', () => {
  test.each<[what: string, poll: Partial<Poll>, json: unknown, status: object]>([
    ['a text', { query: '$.a' }, { a: 'quiet' }, { label: 'key', message: 'quiet' }],
    [
      'a good word',
      { query: '$.a' },
      { a: 'Passed' },
      { label: 'key', message: 'Passed', color: 'brightgreen' },
    ],
    [
      'a bad word',
      { query: '$.a' },
      { a: 'timed out' },
      { label: 'key', message: 'timed out', color: 'red' },
    ],
    [
      'a word of the map',
      { query: '$.a', map: { failure: 'orange:failing', success: 'blue' } },
      { a: 'Failure' },
      { label: 'key', message: 'failing', color: 'orange' },
    ],
    [
      'a word in a colour of its own',
      { query: '$.a', map: { ok: 'green' }, color: 'navy' },
      { a: 'ok' },
      { label: 'key', message: 'ok', color: 'navy' },
    ],
    ['a number', { query: '$.a' }, { a: 12.5 }, { label: 'key', message: '12.5' }],
    ['true', { query: '$.a' }, { a: true }, { label: 'key', message: 'true' }],
    ['null', { query: '$.a' }, { a: null }, { label: 'key', message: 'null' }],
    ['several', { query: '$.a[*]' }, { a: [1, 2] }, { label: 'key', message: '1, 2' }],
    ['a list', { query: '$.a' }, { a: ['x', 'y'] }, { label: 'key', message: 'x, y' }],
    ['an empty list', { query: '$.a' }, { a: [] }, { label: 'key', message: 'empty' }],
    ['an empty text', { query: '$.a' }, { a: '' }, { label: 'key', message: 'empty' }],
    ['a long text', { query: '$.a' }, { a: 'x'.repeat(5_000) }, { label: 'key', message: 'x'.repeat(1_000) }],
    [
      'one with a look',
      { query: '$.a', label: 'load', prefix: '~', suffix: ' %', color: 'blue', style: 'social' },
      { a: 7 },
      { label: 'load', message: '~7 %', color: 'blue', style: 'social' },
    ],
    ['a status', {}, STATUS, STATUS],
    ['a status within', { query: '$.a' }, { a: STATUS }, STATUS],
    ['a status in no style of ours', {}, { ...STATUS, style: 'round', logoSvg: '<svg onload="x"/>' }, STATUS],
    [
      'a status in an older style',
      {},
      { ...STATUS, style: 'popout-square' },
      { ...STATUS, style: 'flat-square' },
    ],
    ['a status with another look', { label: 'mine' }, STATUS, { ...STATUS, label: 'mine' }],
  ])('%s', (_what, poll, json, status) => {
    expect(toStatus('key', { ...POLL, ...poll }, json)).toEqual({ schemaVersion: 1, ...status })
  })

  test.each<[what: string, query: string | undefined, json: unknown, message: RegExp]>([
    ['nothing there', '$.b', { a: 1 }, /nothing at \$\.b/],
    ['objects', '$.a[*]', { a: [{}, {}] }, /expected text or numbers at \$\.a\[\*\], found \{\}/],
    ['no status', undefined, { a: 1 }, /status in the schema of shields\.io: schemaVersion/],
    ['no status within', '$.a', { a: { b: 1 } }, /status in the schema/],
    ['no object', undefined, 5, /status in the schema/],
  ])('%s is told', (_what, query, json, message) => {
    expect(() => toStatus('key', { ...POLL, ...(query && { query }) }, json)).toThrow(message)
  })

  test('of a failed poll says so in grey', () => {
    const status = {
      schemaVersion: 1,
      label: 'key',
      message: 'unavailable',
      isError: true,
      color: 'lightgrey',
    }
    expect(toFailedStatus('key', { ...POLL, color: 'green' })).toEqual(status)
  })

  test('of kind http is up with its latency, or down', () => {
    const poll: Poll = { ...POLL, kind: 'http' }
    expect(toHttpStatus('key', poll, { status: 301, took: 12.4 })).toEqual({
      ...{ schemaVersion: 1, label: 'key', message: 'up 12 ms', color: 'brightgreen' },
    })
    expect(() => toHttpStatus('key', poll, { status: 404, took: 1 })).toThrow('status 404')
    expect(toFailedStatus('key', poll)).toMatchObject({ message: 'down', color: 'red', isError: true })
    expect(toFailedStatus('key', { ...poll, map: { down: 'purple:gone' } })).toMatchObject({
      ...{ message: 'gone', color: 'purple' },
    })
  })
})
