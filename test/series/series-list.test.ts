import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { readNumberSeries, readSeries } from '../../src/series/read-series.ts'
import { SeriesList } from '../../src/series/series-list.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOON = Date.UTC(2026, 0, 31, 12)

function make({ maxSeries = 100 } = {}) {
  const bus = new MemoryBus()
  const store = new MemoryStore(bus)
  const clock = { now: NOON }
  const changed: string[] = []
  bus.subscribe((room, change) => changed.push(`${room} ${change}`))
  const log = pino({ level: 'silent' })
  const list = new SeriesList({ store, bus, log, retention: 90 * DAY, maxSeries, now: () => clock.now })
  const read = async (step: number, from: number, to = clock.now + 1) =>
    (await readSeries(store, 'cpu', { from, to, step })).points
  return { list, store, clock, changed, read }
}

test('figures: how many series are stored, and how many numbers came from where', async () => {
  const { list, store } = make({ maxSeries: 2 })
  expect(list.figures).toEqual({ stored: 0, limit: 2, numbers: { push: 0, poll: 0 } })
  const sample = { time: NOON, value: 1 }
  await Promise.all([list.add('cpu', [sample, sample]), list.add('cpu', [sample])])
  await list.add('disk', [sample], undefined, 'poll')
  await expect(list.add('third', [sample])).rejects.toThrow('2 series')
  expect(list.figures).toEqual({ stored: 2, limit: 2, numbers: { push: 3, poll: 1 } })
  await list.delete('cpu')
  await list.delete('cpu')
  expect(list.figures.stored).toBe(1)
  // As another server, or a start, finds them.
  const other = new SeriesList({
    store,
    bus: new MemoryBus(),
    log: pino({ level: 'silent' }),
    retention: DAY,
    maxSeries: 2,
  })
  await other.load()
  expect(other.figures).toEqual({ stored: 1, limit: 2, numbers: { push: 0, poll: 0 } })
})

describe('a series', () => {
  test('keeps the smallest, the largest, the mean and the newest number of each step, in every length of step', async () => {
    const { list, changed, read } = make()
    const start = NOON - 2 * HOUR
    await list.add('cpu', [
      { time: start + 100, value: 1 },
      { time: start + 300, value: 99 },
      { time: start + 200, value: 5 },
      { time: start + MINUTE, value: 3 },
    ])
    expect(changed).toEqual(['series/cpu state'])
    expect(await read(MINUTE, start)).toEqual([
      { time: start, min: 1, max: 99, mean: 35, last: 99 },
      { time: start + MINUTE, min: 3, max: 3, mean: 3, last: 3 },
    ])
    expect(await read(HOUR, start)).toEqual([{ time: start, min: 1, max: 99, mean: 27, last: 3 }])
    expect(await read(DAY, start)).toMatchObject([{ min: 1, max: 99 }])
    // Older than an hour: by minute at the finest.
    expect(await read(SECOND, start)).toEqual([])
  })

  test('is the same in whatever order and in however many parts its numbers come', async () => {
    const samples = Array.from({ length: 200 }, (_, index) => ({
      time: NOON - HOUR + index * 17_001,
      value: Math.round(Math.sin(index) * 1000) / 8,
    }))
    const whole = make()
    await whole.list.add('cpu', samples)
    const parts = make()
    for (const rest of [2, 0, 1])
      await parts.list.add('cpu', samples.filter((_, index) => index % 3 === rest).toReversed())
    for (const step of [SECOND, MINUTE, HOUR]) {
      const [one, other] = await Promise.all([whole.read(step, NOON - HOUR), parts.read(step, NOON - HOUR)])
      expect(other.length).toBeGreaterThan(0)
      for (const [index, point] of one.entries()) {
        expect(other[index]).toMatchObject({ ...point, mean: expect.closeTo(point.mean, 8) })
      }
    }
    expect(await parts.list.get('cpu')).toEqual(await whole.list.get('cpu'))
  })

  test('shows its newest number, however late older ones come', async () => {
    const { list } = make()
    await list.add('cpu', [{ time: NOON - SECOND, value: 7 }])
    await list.add('cpu', [{ time: NOON - MINUTE, value: 1 }])
    expect(await list.get('cpu')).toEqual({ value: 7, time: NOON - SECOND, since: NOON - MINUTE, seen: NOON })
  })

  test('takes the largest numbers', async () => {
    const { list, read } = make()
    await list.add(
      'cpu',
      [1.7e308, 1.7e308, 1.7e308, -1.7e308].map((value) => ({ time: NOON, value })),
    )
    expect(await read(SECOND, NOON)).toEqual([
      { time: NOON, min: -1.7e308, max: 1.7e308, mean: 8.5e307, last: -1.7e308 },
    ])
  })

  test('fits the store with several numbers in each second', async () => {
    const { list, read } = make()
    const samples = Array.from({ length: 7200 }, (_, index) => ({
      time: NOON - HOUR + index * 500,
      value: -Math.random() / 3e-7,
    }))
    await list.add('cpu', samples)
    expect(await read(SECOND, NOON - HOUR)).toHaveLength(3600)
  })

  test('keeps seconds for an hour, minutes for eight days and hours as long as the history', async () => {
    const { list, clock, read } = make()
    await list.add('cpu', [{ time: NOON, value: 1 }])
    clock.now += 2 * HOUR
    await list.add('cpu', [{ time: clock.now, value: 2 }])
    expect(await read(SECOND, NOON)).toHaveLength(1)
    expect(await read(MINUTE, NOON)).toHaveLength(2)
    clock.now += 9 * DAY
    await list.add('cpu', [{ time: clock.now, value: 3 }])
    expect(await read(MINUTE, NOON)).toHaveLength(1)
    expect(await read(HOUR, NOON)).toHaveLength(3)
    clock.now += 90 * DAY
    await list.add('cpu', [{ time: clock.now, value: 4 }])
    expect(await read(HOUR, NOON)).toHaveLength(2)
  })

  test('is deleted with all that was stored', async () => {
    const { list, store, changed } = make()
    await list.add('cpu', [
      { time: NOON - 80 * DAY, value: 1 },
      { time: NOON, value: 2 },
    ])
    expect(await list.delete('cpu')).toBe(true)
    expect([...store.rooms()]).toEqual([])
    expect(changed.at(-1)).toBe('series/cpu state')
    expect(await list.delete('cpu')).toBe(false)
  })

  test('that was idle for longest makes place for a new one, after an hour at the earliest', async () => {
    const { list, clock } = make({ maxSeries: 2 })
    const add = (key: string) => list.add(key, [{ time: clock.now, value: 1 }])
    await add('a')
    clock.now += MINUTE
    await add('b')
    await expect(add('c')).rejects.toMatchObject({ status: 409, code: 'too-many-series' })
    clock.now += HOUR
    await Promise.all([add('b'), add('c')])
    expect((await list.list()).map(({ key }) => key)).toEqual(['b', 'c'])
  })

  test('is late after its ttl', async () => {
    const { list, store, clock } = make()
    await list.add('cpu', [{ time: NOON, value: 1 }], 10 * SECOND)
    const isLate = async () => (await readNumberSeries(store, 'cpu', '1h', clock.now)).isLate
    expect(await isLate()).toBe(false)
    clock.now += 10 * SECOND
    expect(await isLate()).toBe(true)
    await list.add('cpu', [{ time: clock.now, value: 1 }])
    expect(await isLate()).toBe(false)
  })
})

describe('a picture’s series', () => {
  test.each([
    ['10s', SECOND, 10],
    ['1m', SECOND, 60],
    ['1h', 20 * SECOND, 180],
    ['2h', MINUTE, 120],
    ['1d', 10 * MINUTE, 144],
    ['7d', HOUR, 168],
    ['90d', 12 * HOUR, 180],
    ['3650d', 720 * HOUR, 122],
  ])('of %s has steps of %i ms', async (period, step, count) => {
    const { store } = make()
    const series = await readNumberSeries(store, 'cpu', period, NOON)
    expect(series).toMatchObject({ step, points: [], isLate: false })
    expect((series.to - series.from) / step).toBe(count)
    expect(series.to).toBeGreaterThan(NOON)
  })

  test.each(['5s', '5000d', 'soon', Number.NaN, {}, null])('refuses the period %j', async (period) => {
    await expect(readNumberSeries(make().store, 'cpu', period, NOON)).rejects.toThrow(TypeError)
  })

  test('treats damaged values as missing', async () => {
    const { list, store } = make()
    await list.add('cpu', [{ time: NOON, value: 1 }])
    const begin = NOON / 300_000
    await store.set('series/cpu', `$series:s:${String(begin).padStart(10, '0')}`, { x: 1 })
    expect(await readNumberSeries(store, 'cpu', '1h', NOON)).toMatchObject({ value: 1, points: [] })
    await list.add('cpu', [{ time: NOON, value: 2 }])
    expect((await readNumberSeries(store, 'cpu', '1h', NOON)).points).toHaveLength(1)
  })
})
