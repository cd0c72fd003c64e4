import { describe, expect, test } from 'vitest'
import { PublicError } from '../../src/errors.ts'
import { nextCursor, parseRoomQuery } from '../../src/http/room-list.ts'

const parse = (search: string) => parseRoomQuery(new URLSearchParams(search))
/** The cursor after a page of an order, whose last room is this. */
const cursorOf = (order: string, value: string | number, room: string) =>
  nextCursor({ rooms: [], total: 9, last: { value, room } }, parse(`sort=${order}`))

describe('a request for rooms', () => {
  test('has an order, a length and no filter of its own', () => {
    expect(parse('unknown=1')).toEqual({
      ...{ sort: 'visitors', isDescending: true, search: '', limit: 100 },
      ...{ widget: undefined, watched: undefined, after: undefined },
    })
    expect(parse('sort=hits&search=MAIN&widget=sine&watched=false&limit=2')).toMatchObject({
      ...{ sort: 'hits', isDescending: false, search: 'main', widget: 'sine', watched: false, limit: 2 },
    })
  })

  test('goes on after the last room of a page, in the same order only, and to the letter', () => {
    const next = cursorOf('-hits', 50, 'online/quiet')
    expect(parse(`sort=-hits&cursor=${next}`).after).toEqual({ value: 50, room: 'online/quiet' })
    expect(nextCursor({ rooms: [], total: 9, last: undefined }, parse(''))).toBeUndefined()
    for (const search of [
      `cursor=${next}`,
      `sort=hits&cursor=${next}`,
      `sort=-visitors&cursor=${next}`,
      `sort=-hits&cursor=${next}!!`,
      `sort=-hits&cursor=${next}=`,
      `sort=-hits&cursor=${next?.slice(0, -2)}`,
      `sort=-hits&cursor=${Buffer.from('["-hits",1e400,"a/b"]').toString('base64url')}`,
      `sort=-hits&cursor=${Buffer.from('null').toString('base64url')}`,
    ])
      expect(() => parse(search)).toThrow(/^cursor: expected `next` of a page with the same `sort`, got /)
  })

  test.each([
    ['sort=size', 'sort'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=many', 'limit'],
    ['watched=yes', 'watched'],
    ['cursor=nonsense', 'cursor'],
    [`search=${'x'.repeat(101)}`, 'search'],
  ])('is refused where %j', (search, name) => {
    const ask = () => parse(search)
    expect(ask).toThrow(PublicError)
    expect(ask).toThrow(new RegExp(`^${name}: expected `))
  })

  test('names all that is wrong at once', () => {
    expect(() => parse('sort=size&limit=0')).toThrow(/sort: .*; limit: /)
  })
})
