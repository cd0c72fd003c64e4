import { describe, expect, test } from 'vitest'
import type { RoomSummary } from '../../src/cluster/rooms.ts'
import { PublicError } from '../../src/errors.ts'
import { parseRoomQuery, selectRooms } from '../../src/http/room-list.ts'

function makeRoom(room: string, visitors: number, more: Partial<RoomSummary> = {}): RoomSummary {
  const [widget = '', key = ''] = room.split('/')
  return {
    room,
    widget,
    key,
    connections: visitors,
    visitors,
    peak: 9,
    peakToday: 3,
    hits: 5,
    since: null,
    ...more,
  }
}

const ROOMS = [
  makeRoom('online/b', 2),
  makeRoom('online/a', 2),
  makeRoom('sine/Main', 7, { hits: 1, since: 1_000 }),
  makeRoom('online/quiet', 0, { hits: 50, since: 2_000 }),
]

const select = (search: string, rooms = ROOMS) =>
  selectRooms(rooms, parseRoomQuery(new URLSearchParams(search)))
const names = (search: string) => select(search).rooms.map(({ room }) => room)

describe('a list of rooms', () => {
  test.each<[string, string[]]>([
    ['', ['sine/Main', 'online/a', 'online/b', 'online/quiet']],
    ['sort=visitors', ['online/quiet', 'online/a', 'online/b', 'sine/Main']],
    ['sort=room', ['online/a', 'online/b', 'online/quiet', 'sine/Main']],
    ['sort=-room', ['sine/Main', 'online/quiet', 'online/b', 'online/a']],
    ['sort=-hits', ['online/quiet', 'online/a', 'online/b', 'sine/Main']],
    ['sort=-since', ['online/quiet', 'sine/Main', 'online/a', 'online/b']],
    ['search=MAIN', ['sine/Main']],
    ['search=line/', ['online/a', 'online/b', 'online/quiet']],
    ['widget=sine', ['sine/Main']],
    ['watched=false', ['online/quiet']],
    ['watched=true&widget=online', ['online/a', 'online/b']],
    ['search=nothing', []],
    ['unknown=1&limit=2', ['sine/Main', 'online/a']],
  ])('by %j', (search, rooms) => {
    expect(names(search)).toEqual(rooms)
  })

  test('is paged without omissions and repetitions', () => {
    const many = Array.from({ length: 2_503 }, (_, index) => makeRoom(`online/${index}`, index % 7))
    for (const sort of ['-visitors', 'visitors', 'room', '-room', 'since']) {
      const seen: string[] = []
      let next: string | undefined
      do {
        const page = select(`sort=${sort}&limit=500${next ? `&cursor=${next}` : ''}`, many)
        expect(page.total).toBe(2_503)
        seen.push(...page.rooms.map(({ room }) => room))
        next = page.next
      } while (next)
      expect(seen).toEqual(
        select(`sort=${sort}&limit=1000`, many)
          .rooms.map(({ room }) => room)
          .concat(seen.slice(1_000)),
      )
      expect(new Set(seen).size).toBe(2_503)
    }
  })

  test('continues after a room that no longer exists', () => {
    const { next } = select('limit=2')
    const rest = ROOMS.filter(({ room }) => room !== 'online/a')
    expect(select(`limit=2&cursor=${next}`, rest).rooms.map(({ room }) => room)).toEqual([
      'online/b',
      'online/quiet',
    ])
  })

  test('accepts only an unchanged cursor of the same order', () => {
    const { next } = select('sort=-hits&limit=1')
    expect(names(`sort=-hits&cursor=${next}`)).toEqual(['online/a', 'online/b', 'sine/Main'])
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
      expect(() => select(search)).toThrow(/^cursor: expected `next` of a page with the same `sort`, got /)
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
    const ask = () => select(search)
    expect(ask).toThrow(PublicError)
    expect(ask).toThrow(new RegExp(`^${name}: expected `))
  })

  test('names all that is wrong at once', () => {
    expect(() => select('sort=size&limit=0')).toThrow(/sort: .*; limit: /)
  })
})

test('a page of a long list is the beginning of the sorted list', () => {
  const rooms = Array.from({ length: 3_000 }, (_, index) => makeRoom(`online/${index}`, (index * 7919) % 613))
  const sorted = rooms
    .toSorted((a, b) => b.visitors - a.visitors || (a.room < b.room ? -1 : 1))
    .map(({ room }) => room)
  const first = select('limit=700', rooms)
  expect(first.rooms.map(({ room }) => room)).toEqual(sorted.slice(0, 700))
  const second = select(`limit=700&cursor=${first.next}`, rooms)
  expect(second.rooms.map(({ room }) => room)).toEqual(sorted.slice(700, 1_400))
  expect(second.total).toBe(3_000)
})
