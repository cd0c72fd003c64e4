import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import type { History } from '../../src/cluster/history.ts'
import type { HistoryArchive } from '../../src/cluster/history-archive.ts'
import { DAY, HOUR, MINUTE } from '../../src/cluster/minute.ts'
import { RecordedHistory } from '../../src/cluster/recorded-history.ts'

const silent = pino({ level: 'silent' })
const MORNING = Date.UTC(2026, 0, 31, 9)
const MIDNIGHT = Date.UTC(2026, 1, 1)

/** What a history promises, whatever archive it has. `make` is called for each test. */
export function describeHistory(kind: string, make: () => HistoryArchive | Promise<HistoryArchive>): void {
  const open: History[] = []
  afterEach(async () => {
    for (const history of open.splice(0)) await history.close()
  })
  const begin = async (given?: HistoryArchive, now = MORNING) => {
    const archive = given ?? (await make())
    const clock = { now }
    const history = new RecordedHistory({
      archive,
      retention: 90 * DAY,
      log: silent,
      now: () => clock.now,
    })
    open.push(history)
    const count = (visitors: number, connections = visitors) => history.note('r/a', { visitors, connections })
    /** Time passes in steps of at most 20 s, as in a server. */
    const pass = async (time: number) => {
      for (let left = time; left > 0; left -= 20_000) {
        clock.now += Math.min(left, 20_000)
        await read(MINUTE, clock.now - MINUTE)
      }
    }
    const read = (step = MINUTE, from = MORNING - DAY, room = 'r/a') =>
      history.read(room, { from, to: clock.now + 1, step })
    return { archive, clock, history, count, pass, read }
  }

  describe(kind, () => {
    test('has the peak and the mean of each minute', async () => {
      const { clock, count, pass, read } = await begin()
      count(1)
      await pass(30_000)
      count(3, 5)
      await pass(15_000)
      count(0)
      await pass(75_000)
      const level = (peak: number, mean: number) => ({ peak, mean })
      expect(await read()).toEqual([
        { time: MORNING, visitors: level(3, 1.25), connections: level(5, 1.75), hits: 0 },
      ])
      expect(clock.now).toBe(MORNING + 2 * MINUTE)
    })

    test('counts people who watch at midnight for the new day, from its start', async () => {
      const { clock, history, count } = await begin(await make(), MIDNIGHT - 10_000)
      count(5)
      clock.now = MIDNIGHT + 5_000
      expect(await history.record('r/a')).toMatchObject({ peak: 5, peakToday: 5 })
      expect(await history.peak('r/a')).toBe(5)
      count(2)
      clock.now += 1_000
      expect(await history.record('r/a')).toMatchObject({ peak: 5, peakToday: 5 })
      // The clock is set back over midnight, and continues.
      clock.now = MIDNIGHT - 4_000
      count(1)
      clock.now = MIDNIGHT + 3_000
      expect(await history.record('r/a')).toMatchObject({ peak: 5, peakToday: 5 })
    })

    test('records a visit that is too short for sampling', async () => {
      const { count, pass, read } = await begin()
      count(9)
      count(0)
      await pass(MINUTE)
      expect((await read())[0]?.visitors).toEqual({ peak: 9, mean: 0 })
    })

    test('has every minute of a room whose viewers do not change', async () => {
      const { count, pass, read } = await begin()
      count(2)
      await pass(2 * HOUR)
      const minutes = await read()
      expect(minutes.slice(0, 120).map(({ visitors }) => visitors)).toEqual(
        Array.from({ length: 120 }, () => ({ peak: 2, mean: 2 })),
      )
      const hours = await read(HOUR)
      expect(hours.map(({ time }) => time)).toEqual([MORNING, MORNING + HOUR])
      expect(hours.map(({ visitors }) => visitors.mean)).toEqual([2, 2])
    })

    test('has nothing for a room without viewers', async () => {
      const { count, pass, read, history } = await begin()
      count(1)
      count(0)
      await pass(HOUR)
      expect(await read()).toHaveLength(1)
      expect(await read(MINUTE, MORNING, 'r/b')).toEqual([])
      expect(await history.record('r/b')).toEqual({ since: undefined, peak: 0, peakToday: 0 })
      expect(await history.peak('r/b')).toBe(0)
    })

    test('counts hits of watched and unwatched rooms, and takes them back', async () => {
      const { history, pass, read } = await begin()
      history.hit('r/a', 1)
      history.hit('r/a', 1)
      history.hit('r/a', -1)
      history.hit('r/b', 1)
      history.hit('r/b', -1)
      await pass(MINUTE)
      expect((await read(HOUR)).map(({ hits }) => hits)).toEqual([1])
      expect(await read(HOUR, MORNING, 'r/b')).toEqual([])
    })

    test('keeps everything when it is closed, and continues in the same minute', async () => {
      const first = await begin()
      first.count(4)
      first.history.hit('r/a', 2)
      await first.pass(15_000)
      await first.history.close()
      const second = await begin(first.archive, first.clock.now + 15_000)
      second.count(1)
      second.history.hit('r/a', 1)
      await second.pass(30_000)
      expect(await second.read()).toEqual([
        {
          time: MORNING,
          visitors: { peak: 4, mean: 1.5 },
          connections: { peak: 4, mean: 1.5 },
          hits: 3,
        },
      ])
    })

    test('has the highest peak ever, today’s peak and the first time, also after a restart', async () => {
      const first = await begin()
      first.count(7)
      first.count(0)
      await first.history.close()
      const second = await begin(first.archive, MORNING + HOUR)
      second.count(2)
      expect(await second.history.record('r/a')).toEqual({ since: MORNING, peak: 7, peakToday: 7 })
      expect(await second.history.peak('r/a')).toBe(7)
      second.count(0)
      await second.history.close()
      const third = await begin(first.archive, MORNING + DAY)
      expect(await third.history.record('r/a')).toEqual({ since: MORNING, peak: 7, peakToday: 0 })
      third.count(3)
      expect(await third.history.record('r/a')).toEqual({ since: MORNING, peak: 7, peakToday: 3 })
    })

    test('does not count twice, nor more than there were, when the clock is put back', async () => {
      const { clock, count, pass, read, history } = await begin()
      count(2)
      await pass(2 * HOUR)
      clock.now = MORNING + 30 * MINUTE
      await pass(HOUR)
      count(0)
      clock.now = MORNING + 3 * HOUR
      const minutes = await read()
      expect(minutes.length).toBeLessThanOrEqual(121)
      for (const { visitors } of minutes) expect(visitors).toEqual({ peak: 2, mean: 2 })
      expect((await history.record('r/a')).peak).toBe(2)
    })

    test('records nothing for time that the clock skipped', async () => {
      const { clock, count, read } = await begin()
      count(1)
      clock.now += 5 * HOUR
      count(2)
      count(0)
      expect((await read()).map(({ time }) => time)).toEqual([MORNING, MORNING + 5 * HOUR])
    })

    test('deletes hours that are older than the retention', async () => {
      const { archive, clock, count, read, history } = await begin()
      count(1)
      count(0)
      clock.now += 91 * DAY
      expect(await read(DAY, MORNING - DAY)).toEqual([])
      await history.close()
      await archive.deleteBefore(Math.floor(MORNING / HOUR) + 1)
      expect(await archive.readSteps('r/a', { from: MORNING, to: MORNING + HOUR, step: HOUR })).toEqual([])
      expect(await archive.readRecords(['r/a', 'r/b'])).toEqual([
        expect.objectContaining({ peak: 1 }),
        undefined,
      ])
    })

    test('is read as a whole, however long it is', async () => {
      const { clock, count, read } = await begin()
      for (let day = 0; day < 30; day += 1) {
        count(day + 1)
        count(0)
        clock.now += DAY
      }
      const days = await read(DAY, MORNING)
      expect(days.map(({ visitors }) => visitors.peak)).toEqual(
        Array.from({ length: 30 }, (_, day) => day + 1),
      )
    })

    test('has every one of many rooms', async () => {
      const first = await begin()
      for (let room = 0; room < 1_200; room += 1)
        first.history.note(`r/${room}`, { visitors: room + 1, connections: room + 1 })
      await first.history.close()
      const second = await begin(first.archive)
      for (const room of [0, 599, 1_199])
        expect((await second.read(HOUR, MORNING, `r/${room}`))[0]?.visitors.peak).toBe(room + 1)
    })
  })
}
