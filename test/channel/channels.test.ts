import { createCanvas, loadImage } from '@napi-rs/canvas'
import { expect, test, vi } from 'vitest'
import { Channels } from '../../src/channel/channels.ts'
import type { FrameSink, FrameSource } from '../../src/channel/frame-source.ts'
import type { NetworkLimitsInit } from '../../src/channel/network-limits.ts'
import type { Bus } from '../../src/cluster/bus.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { PublicError } from '../../src/errors.ts'
import { Cards } from '../../src/picture/cards.ts'
import type { Look } from '../../src/widget/look.ts'
import { plainFrame } from '../support/frames.ts'
import { Hub } from '../support/hub.ts'
import { noDevice } from '../support/looks.ts'

const look: Look = {
  ...{ format: 'png' as const, width: 40, height: 20, scale: 1, quality: 85, fps: 0 },
  animate: 'push' as const,
  ...noDevice,
  params: {},
}
const frame = plainFrame('red')

function setUp(maxChannels = 10, bus: Bus = new MemoryBus(), addressLimits: NetworkLimitsInit = {}) {
  const sinks: FrameSink[] = []
  const create = vi.fn(
    (): FrameSource => ({
      connect: (sink) => sinks.push(sink),
      draw: async () => ({ frame }),
      onWatched() {},
      isLively: true,
      renew: vi.fn(),
      close: vi.fn(),
    }),
  )
  const pace = { minInterval: 100, heartbeat: 3000, linger: 10_000 }
  const channels = new Channels({
    sources: { create },
    bus,
    pace,
    cards: new Cards(),
    maxChannels,
    addressLimits,
  })
  const sources = () => create.mock.results.map(({ value }) => value as FrameSource)
  return { bus, channels, create, sources }
}
const viewer = () => ({ show() {}, end() {} })

test('one room and look share one channel, and any other room or look has its own', () => {
  const { channels, create } = setUp()
  const channel = channels.open({ widget: 'a', key: 'b', look })
  expect(channels.open({ widget: 'a', key: 'b', look: { ...look, params: {} } })).toBe(channel)
  const others = [
    { widget: 'a', key: 'c', look },
    { widget: 'a', key: 'b', look: { ...look, scale: 2 } },
    { widget: 'a', key: 'b?["png"]', look },
    { widget: 'a', key: 'b', look: { ...look, params: { label: '?a/b' } } },
  ]
  expect(new Set([channel, ...others.map((spec) => channels.open(spec))]).size).toBe(5)
  expect([channels.size, create.mock.calls.length]).toEqual([5, 5])
  channels.close()
  expect(channels.size).toBe(0)
})

test('a change of a room reaches its channels, whatever is in its key, until they are removed', () => {
  const { channels, bus } = setUp()
  const odd = channels.open({ widget: 'a', key: 'what?', look })
  const other = channels.open({ widget: 'a', key: 'what', look })
  const redraws = [vi.spyOn(odd, 'redraw'), vi.spyOn(other, 'redraw')]
  bus.publish('a/what?', 'state')
  expect(redraws.map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  channels.close()
  bus.publish('a/what?', 'state')
  expect(redraws.map(({ mock }) => mock.calls.length)).toEqual([1, 0])
})

test('every channel is drawn again, once, when a bus that was cut off is connected again', () => {
  const hub = new Hub()
  const [near, far] = [hub.join(), hub.join()]
  const { channels } = setUp(10, near.bus)
  const redraws = ['b', 'c'].map((key) => vi.spyOn(channels.open({ widget: 'a', key, look }), 'redraw'))
  const calls = () => redraws.map(({ mock }) => mock.calls.length)
  near.cut()
  far.bus.publish('a/b', 'state')
  expect(calls()).toEqual([0, 0])
  near.reconnect()
  expect(calls()).toEqual([1, 1])
  channels.close()
  near.reconnect()
  expect(calls()).toEqual([1, 1])
})

test('if there are too many, the oldest unwatched one is evicted; if all are watched, a new one is refused', () => {
  const { channels, sources } = setUp(2)
  channels.open({ widget: 'a', key: '1', look }).join(viewer())
  channels.open({ widget: 'a', key: '2', look })
  channels.open({ widget: 'a', key: '3', look }).join(viewer())
  expect(channels.size).toBe(2)
  expect(sources().map(({ close }) => vi.mocked(close).mock.calls.length)).toEqual([0, 1, 0])
  expect(() => channels.open({ widget: 'a', key: '4', look })).toThrow('All 2 channels')
  channels.close()
})

test('embedded pictures take no more than half of all channels', () => {
  const { channels } = setUp(4)
  for (const key of ['1', '2']) channels.openEmbedded({ widget: 'a', key, look }).join(viewer())
  expect(() => channels.openEmbedded({ widget: 'a', key: '3', look })).toThrow('channels (--max-channels)')
  channels.open({ widget: 'a', key: '3', look })
  channels.close()
})

test('the last picture of a cell that is late is marked with its age', async () => {
  const { channels } = setUp()
  const spec = { widget: 'a', key: '1', look }
  const last = plainFrame('#ffffff', { width: 200, height: 60 })
  const still = vi.spyOn(channels.open(spec), 'still')
  const inkOf = async () => {
    const { bytes } = await channels.openEmbedded(spec).still({})
    const ctx = createCanvas(200, 60).getContext('2d')
    ctx.drawImage(await loadImage(bytes), 0, 0)
    const corner = ctx.getImageData(100, 30, 100, 30).data
    return corner.filter((value) => value < 255).length
  }
  still.mockResolvedValueOnce({ frame: last })
  expect(await inkOf()).toBe(0)
  still.mockResolvedValueOnce({ frame: last, age: 30_000 })
  expect(await inkOf()).toBeGreaterThan(100)
  channels.close()
})

test('changed code renews every source', () => {
  const { channels, sources } = setUp()
  for (const key of ['1', '2']) channels.open({ widget: 'a', key, look })
  channels.renew()
  for (const { renew } of sources()) expect(renew).toHaveBeenCalledTimes(1)
  channels.close()
})

test('a full table costs the network that filled it, unless others watch the same picture', () => {
  const { channels } = setUp(4)
  const ends = new Map<string, string[]>()
  const open = (key: string, network: string) => {
    const reasons: string[] = []
    ends.set(`${key} ${network}`, reasons)
    const watching = { show() {}, end: (reason: string) => void reasons.push(reason) }
    channels.open({ widget: 'a', key, look }, network).join(watching, network)
  }
  for (const key of ['1', '2', '3', '4']) open(key, 'many')
  open('4', 'other')
  open('new', 'other')
  expect([...ends].filter(([, reasons]) => reasons.length > 0)).toEqual([['3 many', ['refused']]])
  open('newer', 'another')
  expect(ends.get('2 many')).toEqual(['refused'])
  expect(() => open('more', 'another')).toThrow('All 4 channels')
  expect(() => open('more', 'many')).toThrow('All 4 channels')
  channels.close()
})

test('of lingering pictures, those of the network that opened more go first', () => {
  const { channels } = setUp(3)
  const specs = ['1', '2', '3', '4'].map((key) => ({ widget: 'a', key, look }))
  const [one, two, three, four] = specs as [(typeof specs)[0], ...typeof specs]
  const first = channels.open(one, 'few')
  for (const spec of [two, three]) channels.open(spec as typeof one, 'many')
  channels.open(four as typeof one, 'third')
  expect(channels.open(one, 'few')).toBe(first)
  channels.close()
})

test('an embedded picture is charged to the network that opened the picture around it', () => {
  const { channels } = setUp(4)
  const spec = { widget: 'a', key: '1', look }
  const leave = channels.openEmbedded(spec, '192.0.2.1').join(viewer())
  const channel = channels.open(spec, '192.0.2.2')
  expect(channel.payers).toEqual({ networks: ['192.0.2.1'], count: 1 })
  const leaveOther = channel.join(viewer(), '192.0.2.2')
  expect(channel.payers.count).toBe(2)
  leave()
  expect(channel.payers).toEqual({ networks: ['192.0.2.2'], count: 1 })
  leaveOther()
  channels.close()
})

test('an address that opens more pictures than allowed gives up one that only lingers, or is refused', () => {
  const { channels } = setUp(10, undefined, { maxChannelsPerAddress: 2 })
  const open = (key: string, network: string) => channels.open({ widget: 'a', key, look }, network)
  const watched = open('1', 'many')
  watched.join(viewer(), 'many')
  open('2', 'many')
  open('3', 'many').join(viewer(), 'many')
  expect(channels.size).toBe(2)
  expect(() => open('4', 'many')).toThrow('too many different pictures from one address')
  expect(open('1', 'many')).toBe(watched)
  open('4', 'other')
  expect(channels.size).toBe(3)
  channels.close()
})

test('the last good picture of a channel that has ended is kept for the next one, until the code changes', async () => {
  const { channels, create, sources } = setUp(1)
  const spec = { widget: 'a', key: 'b', look }
  await channels.open(spec).still()
  const fail = () => {
    const source = sources().at(-1) as FrameSource
    source.draw = () => Promise.reject(new PublicError({ code: 'x', status: 500, caption: 'failed' }))
  }
  channels.open({ ...spec, key: 'c' })
  const next = channels.open(spec)
  fail()
  expect(create).toHaveBeenCalledTimes(3)
  expect(await next.still()).toMatchObject({ frame, failure: { message: 'failed' } })
  channels.open({ ...spec, key: 'c' })
  channels.renew()
  const renewed = channels.open(spec)
  fail()
  await expect(renewed.still()).rejects.toThrow('failed')
  await channels.close()
})
