import { describe, expect, test } from 'vitest'
import { PublicError } from '../../src/errors.ts'
import { parsePoll } from '../../src/status/poll.ts'

const URL = 'https://ci.example/status'

function faultsOf(body: unknown): string[] {
  try {
    parsePoll(body)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(PublicError)
    const { status, message, faults } = error as PublicError
    expect(status).toBe(400)
    for (const { name, detail } of faults) expect(message).toContain(`${name}: ${detail}`)
    return faults.map(({ name }) => name)
  }
}

describe('a poll', () => {
  test('runs once a minute by default, and has no unknown fields', () => {
    expect(parsePoll({ url: URL, more: 1 })).toEqual({ url: URL, every: '1m' })
  })

  test('keeps all that it may have', () => {
    const all = {
      ...{ url: URL, every: '90s', query: '$.a', label: 'l', prefix: 'p', suffix: 's' },
      ...{ color: 'red', labelColor: 'blue', style: 'social' },
    }
    expect(parsePoll(all)).toEqual(all)
  })

  test('takes a map and headers as objects and as text', () => {
    const map = { success: 'brightgreen', failure: 'red:failing', odd: 'rgb(1,2,3):it is, odd' }
    const headers = { Authorization: 'Bearer abc', 'X-Key': 'a: b' }
    const body = { url: URL, kind: 'http', map: { ...map, odd: 'rgb(1,2,3)' } }
    expect(parsePoll({ ...body, map, headers })).toMatchObject({ map, headers })
    const text = 'success=brightgreen, failure=red:failing,odd=rgb(1,2,3)'
    expect(parsePoll({ ...body, map: text }).map).toEqual(body.map)
    expect(parsePoll({ ...body, headers: 'Authorization: Bearer abc\nX-Key: a: b' })).toMatchObject({
      headers,
    })
  })

  test('never repeats a header in an error', () => {
    for (const headers of [
      { 'a b': 'SECRET' },
      { a: 'SECRET\n' },
      { Host: 'SECRET' },
      { a: 7 },
      'SECRET',
      7,
    ]) {
      try {
        parsePoll({ url: URL, headers })
        expect.unreachable()
      } catch (error) {
        expect((error as PublicError).status).toBe(400)
        expect((error as Error).message).not.toContain('SECRET')
      }
    }
  })

  test.each<[name: string, body: object]>([
    ['kind', { url: URL, kind: 'tcp' }],
    ['map', { url: URL, map: { ok: 'nosuch' } }],
    ['map', { url: URL, map: 'ok' }],
    ['map', { url: URL, map: 7 }],
    ['headers', { url: URL, headers: { 'Content-Length': '5' } }],
    ['url', { url: 'file:///etc/passwd' }],
    ['url', { url: 'gopher://localhost/' }],
    ['url', { url: 'localhost' }],
    ['url', { url: `${URL}/${'x'.repeat(2_000)}` }],
    ['url', {}],
    ['every', { url: URL, every: '10ms' }],
    ['every', { url: URL, every: '2d' }],
    ['every', { url: URL, every: 30 }],
    ['query', { url: URL, query: 'a.b' }],
    ['query', { url: URL, query: 5 }],
    ['label', { url: URL, label: 5 }],
    ['suffix', { url: URL, suffix: 'x'.repeat(101) }],
    ['style', { url: URL, style: 'round' }],
  ])('is refused for a wrong %s: %j', (name, body) => {
    expect(faultsOf(body)).toEqual([name])
  })

  test('whose URL contains a password is refused, and the password is not repeated', () => {
    expect(() => parsePoll({ url: 'http://ann:hunter2@localhost/' })).toThrow('without a user name')
    expect(() => parsePoll({ url: 'http://ann:hunter2@localhost/' })).not.toThrow('hunter2')
  })

  test('is refused with all its faults at once', () => {
    expect(faultsOf({ url: 5, every: 'now', query: '' })).toEqual(['url', 'every', 'query'])
    for (const body of [undefined, null, [], 'text', 5]) expect(faultsOf(body)).toEqual(['body'])
  })
})
