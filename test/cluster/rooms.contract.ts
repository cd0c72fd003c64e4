import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Bus } from '../../src/cluster/bus.ts'
import type { HistoryArchive } from '../../src/cluster/history-archive.ts'
import { Hits } from '../../src/cluster/hits.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import { DAY, HOUR, MINUTE } from '../../src/cluster/minute.ts'
import { RecordedHistory } from '../../src/cluster/recorded-history.ts'
import { RoomDirectory, type RoomMemory } from '../../src/cluster/room-directory.ts'
import type { RoomTable } from '../../src/cluster/room-table.ts'
import { type RoomQuery, type RoomSummary, Rooms } from '../../src/cluster/rooms.ts'
import type { Store } from '../../src/cluster/store.ts'

/** Where rooms are kept. */
export interface RoomParts {
  archive: HistoryArchive
  store: Store
  table: RoomTable
  memories: RoomMemory[]
  close(): Promise<void>
}

const log = pino({ level: 'silent' })
const NOON = Date.UTC(2026, 0, 31, 12)
const SORTS = ['room', 'connections', 'visitors', 'peak', 'peakToday', 'hits', 'since'] as const

/** What every list of rooms promises, wherever they are kept. `make` is called for each test. */
export function describeRooms(kind: string, make: (bus: Bus) => RoomParts): void {
  const closes: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closes.splice(0)) await close()
  })

  const begin = ({ maxRooms = 1_000_000 } = {}) => {
    const clock = { now: NOON }
    const now = () => clock.now
    const bus = new MemoryBus()
    const { archive, store, table, memories, close } = make(bus)
    const history = new RecordedHistory({ archive, retention: 90 * DAY, log, now })
    const presence = new MemoryPresence(bus, history)
    const hits = new Hits(store, bus, history, now)
    const onForgotten = vi.fn()
    const directory = new RoomDirectory({
      ...{ table, memories: [history, ...memories], maxRooms, onForgotten, log, now },
    })
    closes.push(async () => {
      await directory.close()
      await history.close()
      await store.close()
      await close()
    })
    const rooms = new Rooms({ presence, store, history, bus, rooms: directory })
    const page = (query: Partial<RoomQuery> = {}) =>
      rooms.page({ sort: 'room', isDescending: false, limit: 1_000, ...query })
    const names = async (query: Partial<RoomQuery> = {}) => (await page(query)).rooms.map(({ room }) => room)
    /** A viewer watched, and has left. */
    const visit = async (room: string, ...people: string[]) => {
      const members = await Promise.all(people.map((person) => presence.join(room, person)))
      for (const member of members) await member.leave()
    }
    return { clock, bus, store, history, presence, hits, directory, rooms, page, names, visit, onForgotten }
  }

  describe(kind, () => {
    test('are those that are watched, those that were, and those that were asked for', async () => {
      const { clock, presence, hits, rooms, page, visit } = begin()
      await hits.count('online/asked')
      clock.now += 1_000
      await presence.join('online/now', 'ann')
      await presence.join('online/now', 'ann')
      await presence.join('online/now', 'bob')
      await visit('grid/then', 'ann')
      clock.now += 1_000
      await hits.count('online/now')
      const all = await page()
      expect(all).toEqual({ rooms: expect.any(Array), total: 3, last: undefined })
      expect(all.rooms).toEqual([
        {
          ...{ room: 'grid/then', widget: 'grid', key: 'then', since: NOON + 1_000 },
          ...{ connections: 0, visitors: 0, peak: 1, peakToday: 1, hits: 0 },
        },
        {
          ...{ room: 'online/asked', widget: 'online', key: 'asked', since: NOON },
          ...{ connections: 0, visitors: 0, peak: 0, peakToday: 0, hits: 1 },
        },
        {
          ...{ room: 'online/now', widget: 'online', key: 'now', since: NOON + 1_000 },
          ...{ connections: 3, visitors: 2, peak: 2, peakToday: 2, hits: 1 },
        },
      ])
      for (const room of all.rooms) expect(await rooms.get(room.room)).toEqual(room)
      expect(await rooms.totals(['grid/then'])).toEqual({
        ...{ connections: 3, visitors: 2, hits: 2, watched: 1, rooms: 2, widgets: ['online'] },
      })
    })

    test('are not those whose only picture was an error', async () => {
      const { hits, rooms, page } = begin()
      await hits.count('online/wrong')
      await hits.uncount('online/wrong')
      expect(await page()).toEqual({ rooms: [], total: 0, last: undefined })
      expect(await rooms.get('online/wrong')).toBeUndefined()
      expect(await rooms.get('online/never')).toBeUndefined()
    })

    test('that were asked for before anybody noted when have no beginning', async () => {
      const { store, rooms, page } = begin()
      await store.set('online/old', '$hits', 7)
      expect(await rooms.get('online/old')).toMatchObject({ hits: 7, since: null })
      expect((await page()).rooms).toEqual([expect.objectContaining({ hits: 7, since: null })])
    })

    test('have the peak of today until midnight in UTC', async () => {
      const { clock, page, visit } = begin()
      await visit('online/a', 'ann', 'bob')
      clock.now += DAY
      await visit('online/b', 'ann')
      expect(await page({ sort: 'peakToday', isDescending: true })).toMatchObject({
        rooms: [
          { room: 'online/b', peak: 1, peakToday: 1 },
          { room: 'online/a', peak: 2, peakToday: 0 },
        ],
      })
    })

    test('are searched by a part of the name in any case, by widget, and by whether they are watched', async () => {
      const { presence, hits, names } = begin()
      for (const room of ['online/Main', 'online/quiet', 'on/line-x', 'sine/main']) await hits.count(room)
      await presence.join('sine/main', 'ann')
      expect(await names({ search: 'main' })).toEqual(['online/Main', 'sine/main'])
      expect(await names({ search: 'line/' })).toEqual(['online/Main', 'online/quiet'])
      expect(await names({ search: '%' })).toEqual([])
      expect(await names({ widget: 'on' })).toEqual(['on/line-x'])
      expect(await names({ watched: true })).toEqual(['sine/main'])
      expect(await names({ watched: false, widget: 'sine' })).toEqual([])
      expect(await names({ watched: false, search: 'main' })).toEqual(['online/Main'])
      expect(await names({ exclude: ['online/Main', 'sine/main'] })).toEqual(['on/line-x', 'online/quiet'])
    })

    test('come in any order, in pages that leave none out and show none twice', async () => {
      const { clock, store, presence, hits, page, visit } = begin()
      for (let index = 0; index < 40; index += 1) {
        const room = `${index % 3 === 0 ? 'sine' : 'online'}/r${(index * 7) % 40}`
        clock.now += index % 4 === 0 ? 1_000 : 0
        for (let count = 0; count < index % 5; count += 1) await hits.count(room)
        if (index % 3 !== 1) await visit(room, ...['ann', 'bob', 'eve'].slice(0, 1 + (index % 3)))
        if (index === 20) clock.now += DAY
        if (index % 6 === 0)
          for (let one = 0; one <= index % 4; one += 1) await presence.join(room, `viewer ${one}`)
      }
      await store.set('online/old', '$hits', 3)
      const all = (await page()).rooms
      expect(all.length).toBeGreaterThan(30)
      for (const sort of SORTS) {
        for (const isDescending of [true, false]) {
          for (const watched of [undefined, true, false]) {
            const expected = sorted(all, sort, isDescending, watched)
            const seen: RoomSummary[] = []
            let after: RoomQuery['after']
            do {
              const part = await page({ sort, isDescending, watched, limit: 7, after })
              expect(part.total).toBe(expected.length)
              seen.push(...part.rooms)
              after = part.last
            } while (after)
            expect({ sort, isDescending, watched, seen }).toEqual({
              sort,
              isDescending,
              watched,
              seen: expected,
            })
          }
        }
      }
    })

    test('show each change at once, whatever has been saved before', async () => {
      const { presence, hits, rooms, page, names } = begin()
      const steps = fc.array(
        fc.record({
          kind: fc.constantFrom('hit', 'join', 'leave', 'delete'),
          key: fc.constantFrom('a', 'b', 'c'),
        }),
        { maxLength: 25 },
      )
      const members = new Map<string, { leave(): Promise<void> }[]>()
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          for (const { kind, key } of all) {
            const room = `online/${key}`
            if (kind === 'hit') await hits.count(room)
            if (kind === 'join')
              members.set(room, [...(members.get(room) ?? []), await presence.join(room, 'ann')])
            if (kind === 'leave') await members.get(room)?.pop()?.leave()
            if (kind === 'delete') await rooms.delete(room).catch(() => {})
            for (const each of (await page()).rooms) expect(each).toEqual(await rooms.get(each.room))
            for (const each of ['online/a', 'online/b', 'online/c'])
              expect((await names()).includes(each)).toBe((await rooms.get(each)) !== undefined)
          }
        }),
        { numRuns: 15 },
      )
    })

    test('are deleted with all that was known of them, and nobody else’s is touched', async () => {
      const { bus, clock, store, history, hits, rooms, names, visit } = begin()
      for (const room of ['online/a', 'online/b']) {
        await visit(room, 'ann', 'bob')
        await hits.count(room)
        for (let name = 0; name < 700; name += 1) await store.set(room, `x${name}`, name)
      }
      const seen: string[] = []
      bus.subscribe((room, change) => seen.push(`${room} ${change}`))
      await rooms.delete('online/a')
      expect(seen).toEqual(['online/a deleted'])
      expect(await names()).toEqual(['online/b'])
      expect(await rooms.get('online/a')).toBeUndefined()
      const range = { from: NOON - DAY, to: clock.now + MINUTE, step: HOUR }
      for (const [room, steps, value] of [
        ['online/a', 0, undefined],
        ['online/b', 1, 699],
      ] as const) {
        expect(await history.read(room, range)).toHaveLength(steps)
        expect(await store.get(room, 'x699')).toBe(value)
        expect(await store.get(room, '$hits')).toBe(value && 1)
      }
      await visit('online/a', 'ann')
      expect(await rooms.get('online/a')).toMatchObject({ peak: 1, hits: 0 })
    })

    test('are not deleted while they are watched or polled, and not if nothing is known of them', async () => {
      const { store, presence, rooms } = begin()
      const member = await presence.join('online/a', 'ann')
      await expect(rooms.delete('online/a')).rejects.toMatchObject({ status: 409, code: 'room-watched' })
      await member.leave()
      await rooms.delete('online/a')
      await expect(rooms.delete('online/a')).rejects.toMatchObject({ status: 404 })
      await store.set('status/build', '$poll', { url: 'http://localhost' })
      await expect(rooms.delete('status/build')).rejects.toMatchObject({ status: 409, code: 'room-polled' })
      await store.set('guestbook/a', 'entries', [1])
      await rooms.delete('guestbook/a')
      expect(await store.get('guestbook/a', 'entries')).toBeUndefined()
    })

    test('are not those of the doctor, which leave no trace', async () => {
      const { history, store, presence, hits, rooms, page } = begin()
      for (const room of ['online/doctor-1-quiet', 'online/doctor-0123456789abcdef-visit']) {
        const member = await presence.join(room, 'ann')
        await hits.count(room)
        expect((await presence.counts(room)).visitors).toBe(1)
        expect(await page()).toMatchObject({ rooms: [], total: 0 })
        await member.leave()
        expect(await rooms.get(room)).toBeUndefined()
        expect(await store.get(room, '$hits')).toBeUndefined()
        expect(await history.record(room)).toMatchObject({ since: undefined, peak: 0 })
      }
      await hits.count('online/doctor-who')
      expect((await page()).total).toBe(1)
    })

    test('are forgotten after a day if nobody watched or wrote them, and counted', async () => {
      const { clock, store, history, hits, directory, names, visit, onForgotten } = begin()
      for (const room of ['online/made-up', 'online/watched', 'online/written']) await hits.count(room)
      for (let count = 0; count < 11; count += 1) await hits.count('hits/counter')
      await visit('online/watched', 'ann')
      await store.set('online/written', 'x', 1)
      await directory.forgetIdle()
      clock.now += DAY + MINUTE
      await hits.count('online/of-today')
      await directory.forgetIdle()
      expect(await names()).toEqual(['hits/counter', 'online/of-today', 'online/watched', 'online/written'])
      expect(onForgotten.mock.calls).toEqual([[1]])
      await hits.count('online/made-up')
      expect(await store.get('online/made-up', '$hits')).toBe(1)
      expect((await history.record('online/made-up')).since).toBe(clock.now)
    })

    test('that nobody watches or wrote make room for newer ones, the longest unused first', async () => {
      const { clock, store, hits, presence, directory, names, visit, onForgotten } = begin({ maxRooms: 6 })
      await hits.count('online/written')
      await store.set('online/written', 'x', 1)
      await hits.count('online/open')
      await presence.join('online/open', 'ann')
      await visit('online/several', 'ann', 'bob')
      for (let index = 0; index < 10; index += 1) {
        clock.now += MINUTE
        for (let count = 0; count < 20; count += 1) await hits.count(`online/r${index}`)
      }
      await directory.forgetIdle()
      const kept = ['online/open', 'online/several', 'online/written']
      expect(await names()).toEqual([
        ...kept.slice(0, 1),
        'online/r7',
        'online/r8',
        'online/r9',
        ...kept.slice(1),
      ])
      expect(onForgotten.mock.calls).toEqual([[7]])
    })
  })
}

function sorted(
  all: readonly RoomSummary[],
  sort: RoomQuery['sort'],
  isDescending: boolean,
  watched: boolean | undefined,
): RoomSummary[] {
  const sortValue = (room: RoomSummary) => room[sort] ?? 0
  return all
    .filter(({ connections }) => watched === undefined || connections > 0 === watched)
    .toSorted((one, other) => {
      const [a, b] = isDescending ? [sortValue(other), sortValue(one)] : [sortValue(one), sortValue(other)]
      if (a !== b) return a < b ? -1 : 1
      return one.room < other.room ? -1 : 1
    })
}
