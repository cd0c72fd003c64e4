import { expect, test, vi } from 'vitest'
import type { EmbeddedChannels } from '../../src/channel/embedded-frames.ts'
import { EmbeddedReader } from '../../src/channel/embedded-reader.ts'
import { LoadedData } from '../../src/channel/loaded-data.ts'
import { PushedData } from '../../src/channel/pushed-data.ts'
import type { Viewer } from '../../src/channel/viewer.ts'
import { WidgetFrameSources } from '../../src/channel/widget-frame-sources.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { storeUnavailable } from '../../src/errors.ts'
import { Cards } from '../../src/picture/cards.ts'
import { createFrame, type Frame } from '../../src/picture/frame.ts'
import type { Drawing, Job, Reading } from '../../src/render/protocol.ts'
import { Abandoned } from '../../src/render/render-error.ts'
import type { Renderer } from '../../src/render/renderer.ts'
import type { SceneRead } from '../../src/render/scene-reads.ts'
import type { Look } from '../../src/widget/look.ts'
import { noDevice } from '../support/looks.ts'

const look: Look = {
  ...{ format: 'png' as const, width: 40, height: 20, scale: 1, quality: 85, fps: 0 },
  animate: 'push' as const,
  ...noDevice,
  params: {},
}
const frameOf = (word: string) => createFrame('png', Buffer.from(word), 40, 20)
const interest = () => 2 as const
const loadedBase = { handles: {}, params: {} }

/** Sources of a widget `mine` that reads `reads` of its scene, embeds `shows`, and may have a `start`. */
function setUp({ reads = [] as SceneRead[], shows = [] as string[], starts = true } = {}) {
  const state = { connections: 1, visitors: 1, peak: 1, reads, shows, isKnown: true }
  const draw = vi.fn(async (job: Omit<Job, 'output'>): Promise<Drawing> => {
    const frame = frameOf(`${job.visitors} ${job.embedded?.length} ${draw.mock.calls.length}`)
    return { frame, next: undefined, took: { frames: 1, drawing: 1, encoding: 1 }, reads: state.reads }
  })
  const read = vi.fn(async (): Promise<Reading> => ({ faults: [], shows: state.shows }))
  const runs: { push: (pushed: Job['pushed']) => void; end: () => void }[] = []
  const startSource = vi.fn((_job: unknown, push: (pushed: Job['pushed']) => void) => {
    const end = vi.fn()
    runs.push({ push, end })
    return end
  })
  const size = { width: 40, height: 20 }
  const manifestsNow = () =>
    new Map([
      [
        'mine',
        { ...loadedBase, name: 'mine', size, reads: shows.length > 0, shows: shows.length > 0, starts },
      ],
      ['other', { ...loadedBase, name: 'other', size, reads: false, shows: false, starts: false }],
    ])
  const renderer = { manifests: manifestsNow(), draw, read, startSource }
  const viewers: Viewer[] = []
  const left = vi.fn()
  const channels: EmbeddedChannels = {
    openEmbedded: () => ({
      join: (viewer) => {
        viewers.push(viewer)
        viewer.show(frameOf('cell'))
        return left
      },
      still: async (): Promise<Frame> => frameOf('still'),
    }),
  }
  const counts = vi.fn(async () => {
    const { connections, visitors, peak } = state
    return { connections, visitors, peak }
  })
  const countsNow = () => {
    const { connections, visitors, peak, isKnown } = state
    return isKnown ? { connections, visitors, peak } : undefined
  }
  const bus = new MemoryBus()
  const pushedData = new PushedData(renderer as unknown as Renderer)
  const loadedData = new LoadedData({
    ...{ renderer: renderer as unknown as Renderer, pushedData, bus, heartbeat: 3000 },
  })
  const sources = new WidgetFrameSources({
    renderer: renderer as unknown as Renderer,
    presence: { counts, countsNow },
    embeddedReader: new EmbeddedReader(renderer as unknown as Renderer),
    pushedData,
    loadedData,
    cards: new Cards(),
  })
  const create = (given: Partial<Look> = {}, key = 'main') => {
    const source = sources.create({ widget: 'mine', key, look: { ...look, ...given } }, channels)
    const sink = { push: vi.fn(), redraw: vi.fn(), fail: vi.fn() }
    source.connect(sink)
    return { source, sink }
  }
  const reload = () => {
    renderer.manifests = manifestsNow()
  }
  return { ...{ state, draw, read, runs, viewers, left, counts, create, reload, pushedData } }
}

test('a picture whose read values are unchanged is not redrawn', async () => {
  const { state, draw, create } = setUp({ reads: ['visitors'] })
  const { source } = create()
  const first = await source.draw(interest)
  Object.assign(state, { connections: 5, peak: 5 })
  expect(await source.draw(interest)).toBe(first)
  expect(draw).toHaveBeenCalledTimes(1)
  state.visitors = 2
  expect((await source.draw(interest))?.frame.bytes.toString()).toBe('2 0 2')
})

test.each<SceneRead>(['time', 'outside'])('a picture that reads %s is always drawn again', async (name) => {
  const { draw, create } = setUp({ reads: [name] })
  const { source } = create()
  for (let turn = 0; turn < 3; turn += 1) await source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(3)
})

test('a drawing that failed or was abandoned is repeated, although nothing changed', async () => {
  const { draw, create, state } = setUp({ reads: ['visitors'] })
  const { source } = create()
  await source.draw(interest)
  state.visitors = 2
  draw.mockRejectedValueOnce(new Error('no'))
  await expect(source.draw(interest)).rejects.toThrow('no')
  draw.mockRejectedValueOnce(new Abandoned())
  expect(await source.draw(interest)).toBeUndefined()
  state.visitors = 2
  await source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(4)
})

test('while the store cannot be reached, the last picture stays, with the reason', async () => {
  const { counts, create, state } = setUp({ reads: ['visitors'] })
  const { source } = create()
  counts.mockRejectedValueOnce(storeUnavailable('it cannot be reached'))
  await expect(source.draw(interest)).rejects.toThrow('it cannot be reached')
  const first = await source.draw(interest)
  counts.mockRejectedValueOnce(storeUnavailable('it cannot be reached'))
  expect(await source.draw(interest)).toMatchObject({
    ...{ frame: first?.frame, failure: { code: 'store-unavailable', status: 503 } },
  })
  counts.mockRejectedValueOnce(new Error('another error'))
  await expect(source.draw(interest)).rejects.toThrow('another error')
  state.visitors = 2
  expect((await source.draw(interest))?.frame.bytes.toString()).toBe('2 0 2')
})

test('changed code is drawn from at once', async () => {
  const { draw, create, reload } = setUp()
  const { source } = create()
  await source.draw(interest)
  reload()
  source.renew()
  await source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(2)
})

test('each change of an embedded picture is drawn, and equal frames are not', async () => {
  const { draw, create, viewers, left } = setUp({ shows: ['other/a', 'other/b'] })
  const { source, sink } = create()
  source.onWatched(true)
  expect((await source.draw(interest))?.frame.bytes.toString()).toBe('1 2 1')
  expect([viewers.length, sink.redraw.mock.calls.length]).toEqual([2, 2])
  viewers[1]?.show(frameOf('changed'))
  expect(sink.redraw).toHaveBeenCalledTimes(3)
  await source.draw(interest)
  viewers[1]?.show(frameOf('changed'))
  await source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(2)
  source.onWatched(false)
  expect(left).toHaveBeenCalledTimes(2)
})

test('a still has stills of the embedded pictures, and joins none', async () => {
  const { draw, create, viewers } = setUp({ shows: ['other/a'] })
  await create().source.draw(() => 1)
  expect(viewers).toEqual([])
  const [job] = draw.mock.calls[0] ?? []
  expect(job?.embedded?.map(({ path, frame }) => [path, frame.bytes.toString()])).toEqual([
    ['other/a', 'still'],
  ])
})

test('embedded pictures stay if they can no longer be read', async () => {
  const { read, create, reload } = setUp({ shows: ['other/a'] })
  const { source } = create()
  source.onWatched(true)
  await source.draw(interest)
  reload()
  read.mockRejectedValue(new Error('gone'))
  source.renew()
  expect((await source.draw(interest))?.frame.bytes.toString()).toBe('1 1 2')
})

test('is drawn with the counts of the time when the embedded pictures are there', async () => {
  const { state, read, draw, create } = setUp({ shows: ['other/a'] })
  let answer = (_reading: Reading): void => {}
  read.mockReturnValueOnce(
    new Promise((resolve) => {
      answer = resolve
    }),
  )
  const drawing = create().source.draw(interest)
  state.visitors = 7
  answer({ faults: [], shows: ['other/a'] })
  await drawing
  expect(draw.mock.calls[0]?.[0].visitors).toBe(7)
})

test('pictures of one room and equal parameters share one start, from the first viewer to the last', async () => {
  const { create, runs, draw, pushedData } = setUp()
  const [png, jpeg] = [create(), create({ format: 'jpeg' })]
  png.source.onWatched(true)
  jpeg.source.onWatched(true)
  create({ params: { color: 'red' } }).source.onWatched(true)
  expect(runs).toHaveLength(2)
  runs[0]?.push({ data: 1 })
  expect([png, jpeg].map(({ sink }) => sink.redraw.mock.calls.length)).toEqual([1, 1])
  await png.source.draw(interest)
  expect(draw.mock.calls[0]?.[0].pushed).toEqual({ data: 1 })
  expect(pushedData.of({ widget: 'mine', key: 'main', look: { ...look, width: 90 } })).toEqual({ data: 1 })
  png.source.onWatched(false)
  expect(runs[0]?.end).not.toHaveBeenCalled()
  jpeg.source.close()
  expect(runs[0]?.end).toHaveBeenCalledTimes(1)
  expect(pushedData.of({ widget: 'mine', key: 'main', look })).toBeUndefined()
})

test('each change that a start reports is drawn, also one without data', async () => {
  const { create, runs, draw } = setUp()
  const { source } = create()
  source.onWatched(true)
  for (const pushed of [undefined, { data: 1 }, undefined, undefined]) {
    runs[0]?.push(pushed)
    await source.draw(interest)
    await source.draw(interest)
  }
  expect(draw).toHaveBeenCalledTimes(4)
})

test('a start of old code ends when the last picture has taken the new one', () => {
  const { create, runs, reload } = setUp()
  const sources = [create().source, create({ format: 'jpeg' }).source]
  for (const source of sources) source.onWatched(true)
  reload()
  sources[0]?.renew()
  expect(runs.map(({ end }) => vi.mocked(end).mock.calls.length)).toEqual([0, 0])
  sources[1]?.renew()
  expect(runs.map(({ end }) => vi.mocked(end).mock.calls.length)).toEqual([1, 0])
  for (const source of sources) source.onWatched(false)
  expect(runs.map(({ end }) => vi.mocked(end).mock.calls.length)).toEqual([1, 1])
})

test('a picture that reads neither its room nor time is drawn once for all rooms with equal counts', async () => {
  const { state, draw, create, reload } = setUp({ reads: ['visitors'] })
  const first = await create({}, 'a').source.draw(interest)
  expect(await create({}, 'b').source.draw(interest)).toBe(first)
  state.connections = 7
  expect(await create({}, 'c').source.draw(interest)).toBe(first)
  expect(draw).toHaveBeenCalledTimes(1)
  state.visitors = 2
  await create({}, 'd').source.draw(interest)
  await create({ width: 41 }, 'e').source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(3)
  reload()
  await create({}, 'f').source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(4)
})

test.each<SceneRead>(['room', 'time', 'outside'])(
  'a picture that reads %s is drawn for each room',
  async (name) => {
    const { draw, create } = setUp({ reads: ['visitors', name] })
    for (const key of ['a', 'b']) await create({}, key).source.draw(interest)
    expect(draw).toHaveBeenCalledTimes(2)
  },
)

test('a drawing is found by the counts that it has read, even if the last one of its look read others', async () => {
  const { state, draw, create } = setUp({ reads: ['visitors'] })
  await create({}, 'a').source.draw(interest)
  Object.assign(state, { visitors: 5, reads: ['visitors', 'peak'] })
  const high = await create({}, 'b').source.draw(interest)
  expect(await create({}, 'c').source.draw(interest)).toBe(high)
  state.peak = 9
  await create({}, 'd').source.draw(interest)
  expect(draw).toHaveBeenCalledTimes(3)
})

test('knows at once whether its last drawing is the current one, if it knows the counts', async () => {
  const { state, create, reload } = setUp({ reads: ['visitors'], starts: false })
  const { source } = create()
  expect(source.isUnchanged()).toBe(false)
  await source.draw(interest)
  state.connections = 5
  expect(source.isUnchanged()).toBe(true)
  state.isKnown = false
  expect(source.isUnchanged()).toBe(false)
  Object.assign(state, { isKnown: true, visitors: 2 })
  expect(source.isUnchanged()).toBe(false)
  state.visitors = 1
  reload()
  expect(source.isUnchanged()).toBe(false)
})
