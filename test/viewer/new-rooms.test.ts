import { expect, test, vi } from 'vitest'
import type { RoomSummary } from '../../src/cluster/rooms.ts'
import { NewRooms } from '../../src/viewer/new-rooms.ts'

/** A server that knows some rooms, of which some are watched. */
function setUp({ maxNewRoomsPerAddress = 6, known = [] as string[], watched = [] as string[] } = {}) {
  // At 0, lru-cache takes a time as unknown.
  const clock = { now: 1 }
  const get = vi.fn(async (room: string) => (known.includes(room) ? ({ room } as RoomSummary) : undefined))
  const newRooms = new NewRooms({
    presence: {
      countsNow: (room) =>
        watched.includes(room)
          ? { connections: 1, visitors: 1, peak: 1 }
          : { connections: 0, visitors: 0, peak: 0 },
    },
    rooms: { get },
    maxNewRoomsPerAddress,
    maxConnectionsPerAddress: 4,
    now: () => clock.now,
  })
  const invent = async (count: number, address: string) => {
    for (let index = 0; index < count; index += 1) await newRooms.check([`online/r${index}`], address)
  }
  return { clock, newRooms, invent, get }
}

const TOO_MANY = { status: 429, code: 'too-many-new-rooms' }

test('one address creates a limited number of rooms a minute, and the error names the time of the next', async () => {
  const { clock, invent } = setUp()
  await invent(6, '203.0.113.1')
  await expect(invent(1, '203.0.113.1')).rejects.toMatchObject({
    ...TOO_MANY,
    headers: { 'Retry-After': '10' },
  })
  await expect(invent(1, '203.0.113.1')).rejects.toThrow(
    'may create 6 new rooms a minute (--max-new-rooms-per-address)',
  )
  await invent(6, '203.0.113.2')
  clock.now += 10_000
  await invent(1, '203.0.113.1')
  await expect(invent(1, '203.0.113.1')).rejects.toMatchObject(TOO_MANY)
  clock.now += 3_600_000
  await invent(6, '203.0.113.1')
  await expect(invent(1, '203.0.113.1')).rejects.toMatchObject(TOO_MANY)
})

test('a room exists if it is watched or kept, and none does while the store fails', async () => {
  const { newRooms, get } = setUp({ known: ['online/a'], watched: ['online/b'] })
  const find = () => Promise.all(['a', 'b', 'c'].map((key) => newRooms.exists(`online/${key}`)))
  expect(await find()).toEqual([true, true, false])
  get.mockRejectedValue(new Error('no store'))
  expect(await find()).toEqual([false, true, false])
})

test('rooms that exist or are watched cost nothing', async () => {
  const { newRooms, invent } = setUp({ known: ['online/a'], watched: ['online/b'] })
  await invent(6, '203.0.113.1')
  for (let turn = 0; turn < 100; turn += 1) await newRooms.check(['online/a', 'online/b'], '203.0.113.1')
  await expect(newRooms.check(['online/a', 'online/c'], '203.0.113.1')).rejects.toMatchObject(TOO_MANY)
})

test('a room that exists is looked up once a minute', async () => {
  const { clock, newRooms, get } = setUp({ known: ['online/a'] })
  for (let turn = 0; turn < 5; turn += 1) await newRooms.check(['online/a'], '203.0.113.1')
  expect(get).toHaveBeenCalledTimes(1)
  clock.now += 60_001
  await newRooms.check(['online/a'], '203.0.113.1')
  expect(get).toHaveBeenCalledTimes(2)
})

test('each new room of a picture with several counts, and all of an IPv6 network are one address', async () => {
  const { newRooms, invent } = setUp()
  await newRooms.check(['grid/x', 'online/a', 'online/b', 'online/c'], '2001:db8::1')
  await newRooms.check(['grid/y', 'online/d'], '2001:db8::2')
  await expect(invent(1, '2001:db8::3')).rejects.toMatchObject(TOO_MANY)
  await invent(6, '2001:db8:0:1::1')
})

test('without a number of its own the limit is three times that of open streams', async () => {
  const { invent } = setUp({ maxNewRoomsPerAddress: 0 })
  await invent(12, '203.0.113.1')
  await expect(invent(1, '203.0.113.1')).rejects.toMatchObject(TOO_MANY)
})

test('rooms that a slow store has not reported yet count as new, and those that exist are refunded', async () => {
  const { newRooms, invent, get } = setUp()
  vi.useFakeTimers()
  try {
    const reports: ((known: unknown) => void)[] = []
    get.mockImplementation(() => new Promise((resolve) => reports.push(resolve as never)))
    const checks = Array.from({ length: 8 }, (_, index) =>
      newRooms.check([`online/s${index}`], '203.0.113.1'),
    )
    const results = Promise.allSettled(checks)
    await vi.advanceTimersByTimeAsync(150)
    expect((await results).map(({ status }) => status)).toEqual([
      ...Array.from({ length: 6 }, () => 'fulfilled'),
      'rejected',
      'rejected',
    ])
    // The two that were refused cost nothing, so that they are not refunded either.
    for (const [index, report] of reports.entries())
      report(index < 3 ? undefined : { room: `online/s${index}` })
    await vi.advanceTimersByTimeAsync(0)
  } finally {
    vi.useRealTimers()
  }
  get.mockImplementation(async () => undefined)
  await invent(3, '203.0.113.1')
  await expect(invent(1, '203.0.113.1')).rejects.toMatchObject(TOO_MANY)
})
