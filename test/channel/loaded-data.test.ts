import { serialize } from 'node:v8'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LoadedData } from '../../src/channel/loaded-data.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import type { Job, LoadRead, LoadResult } from '../../src/render/protocol.ts'
import type { LoadSpec } from '../../src/widget/kept-load.ts'
import type { Look } from '../../src/widget/look.ts'

const HEARTBEAT = 3_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** The data of a widget `mine` whose `load` returns `state.data`. */
function setUp(load: Partial<LoadSpec> = {}) {
  const state = {
    data: 1 as unknown,
    reads: ['state'] as LoadRead[],
    rooms: [] as string[],
    pushed: undefined,
  }
  const loadData = vi.fn(async (_job: Omit<Job, 'output'>): Promise<LoadResult> => {
    const { data, reads, rooms } = state
    return { bytes: data === undefined ? undefined : serialize(data), reads, rooms }
  })
  const manifests = () => new Map([['mine', { load: { keep: undefined, staleIfError: 0, ...load } }]])
  const renderer = { manifests: manifests(), loadData }
  const bus = new MemoryBus()
  const pushedData = { of: () => state.pushed }
  const data = new LoadedData({ renderer: renderer as never, pushedData, bus, heartbeat: HEARTBEAT })
  const spec = (look: Partial<Look> = {}, key = 'main') => ({
    widget: 'mine',
    key,
    look: { params: {}, scale: 1, ...look } as Look,
  })
  const reload = () => {
    renderer.manifests = manifests()
  }
  return { ...{ state, loadData, bus, data, spec, reload } }
}

const later = (time: number) => vi.advanceTimersByTime(time)

describe('data is loaded', () => {
  test('once for all sizes, scales and formats of a room with equal parameters, also at the same time', async () => {
    const { data, spec, loadData } = setUp()
    const looks = [{ scale: 1 }, { scale: 2 }, { format: 'gif' as const }, { width: 500 }]
    const read = await Promise.all(looks.map((look) => data.read(spec(look))))
    await data.read(spec())
    expect(new Set(read.map((each) => each?.loaded)).size).toBe(1)
    expect(loadData).toHaveBeenCalledTimes(1)
    await data.read(spec({ params: { city: 'Oslo' } }))
    await data.read(spec({}, 'other'))
    expect(loadData).toHaveBeenCalledTimes(3)
  })

  test('again at the next heartbeat, or when the time that it is kept has passed', async () => {
    for (const [keep, time] of [
      [undefined, HEARTBEAT],
      [600_000, 600_000],
    ] as const) {
      const { data, spec, loadData } = setUp({ keep })
      await data.read(spec())
      later(time / 2)
      await data.read(spec())
      expect(loadData).toHaveBeenCalledTimes(1)
      later(time / 2)
      await data.read(spec())
      expect(loadData).toHaveBeenCalledTimes(2)
    }
  })

  test('again with changed code, and never while `start` has pushed data', async () => {
    const { data, spec, loadData, reload, state } = setUp()
    await data.read(spec())
    reload()
    await data.read(spec())
    expect(loadData).toHaveBeenCalledTimes(2)
    Object.assign(state, { pushed: { data: 1 } })
    expect(await data.read(spec())).toBeUndefined()
  })

  test.each<[LoadRead[], string[], string, 'state' | 'presence' | 'hits' | 'redraw', number]>([
    [['state'], [], 'mine/main', 'state', 2],
    [['state'], [], 'mine/main', 'hits', 2],
    [['state'], [], 'mine/main', 'presence', 1],
    [['history'], [], 'mine/main', 'presence', 2],
    [[], [], 'mine/main', 'state', 1],
    [[], [], 'mine/main', 'redraw', 2],
    [[], ['status/api'], 'status/api', 'state', 2],
    [['state'], [], 'mine/other', 'state', 1],
  ])(
    'if it has read %j and the rooms %j: after %s %s in all %i times',
    async (reads, rooms, room, change, times) => {
      const { data, spec, loadData, bus, state } = setUp({ keep: 600_000 })
      Object.assign(state, { reads, rooms })
      await data.read(spec())
      bus.publish(room, change)
      await data.read(spec())
      expect(loadData).toHaveBeenCalledTimes(times)
    },
  )

  test('again if something changed while it was loaded', async () => {
    const { data, spec, loadData, bus } = setUp()
    const first = data.read(spec())
    bus.publish('mine/main', 'state')
    await first
    expect(loadData).toHaveBeenCalledTimes(2)
  })
})

test('equal data is the same version; data that cannot be sent is a version of its own each time', async () => {
  const { data, spec, state } = setUp()
  const versions: unknown[] = []
  for (const value of [{ a: 1 }, { a: 1 }, { a: 2 }, undefined, undefined]) {
    state.data = value
    versions.push((await data.read(spec()))?.loaded.version)
    later(HEARTBEAT)
  }
  expect(versions[1]).toBe(versions[0])
  expect(new Set(versions).size).toBe(4)
})

test('a picture is current until its data is due or has changed', async () => {
  const { data, spec, bus } = setUp({ keep: 60_000 })
  const read = async () => {
    const drawn = await data.read(spec())
    if (!drawn) throw new Error('expected data')
    return drawn
  }
  const drawn = await read()
  expect(data.isCurrent(spec(), drawn)).toBe(true)
  bus.publish('mine/main', 'state')
  expect(data.isCurrent(spec(), drawn)).toBe(false)
  const next = await read()
  expect(data.isCurrent(spec(), next)).toBe(true)
  later(60_000)
  expect(data.isCurrent(spec(), next)).toBe(false)
})

describe('while loading fails', () => {
  const error = new Error('the source is down')

  test('the last data is used for as long as the widget allows, with its time', async () => {
    const { data, spec, loadData } = setUp({ keep: 10_000, staleIfError: 60_000 })
    const good = await data.read(spec())
    loadData.mockRejectedValue(error)
    later(30_000)
    expect(await data.read(spec())).toBe(good)
    expect(Date.now() - (good?.at ?? 0)).toBe(30_000)
    later(60_000)
    await expect(data.read(spec())).rejects.toBe(error)
    loadData.mockReset().mockResolvedValue({ bytes: serialize(2), reads: [], rooms: [] })
    later(300_000)
    expect((await data.read(spec()))?.loaded.bytes).toEqual(serialize(2))
  })

  test('it is repeated ever later, and at once if what it reads has changed', async () => {
    const { data, spec, loadData, bus } = setUp()
    loadData.mockRejectedValue(error)
    const tries = async () => {
      await expect(data.read(spec())).rejects.toBe(error)
      return loadData.mock.calls.length
    }
    expect([await tries(), await tries()]).toEqual([1, 1])
    later(HEARTBEAT)
    expect(await tries()).toBe(2)
    later(HEARTBEAT)
    expect(await tries()).toBe(2)
    bus.publish('mine/main', 'state')
    expect(await tries()).toBe(3)
    later(10_000)
    expect(await tries()).toBe(3)
    later(300_000)
    expect(await tries()).toBe(4)
  })
})

test('data is kept within a bound of bytes, and its rooms are forgotten with it', async () => {
  const { data, spec, loadData, bus, state } = setUp({ keep: 600_000 })
  state.data = Buffer.alloc(2 ** 20)
  for (let key = 0; key < 40; key += 1) await data.read(spec({}, `k${key}`))
  bus.publish('mine/k0', 'state')
  await data.read(spec({}, 'k39'))
  expect(loadData).toHaveBeenCalledTimes(40)
  await data.read(spec({}, 'k0'))
  expect(loadData).toHaveBeenCalledTimes(41)
})
