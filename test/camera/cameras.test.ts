import pino from 'pino'
import { expect, test, vi } from 'vitest'
import { toCameraSpec } from '../../src/camera/camera-spec.ts'
import { Cameras } from '../../src/camera/cameras.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { OutgoingClient } from '../../src/system/outgoing.ts'

function setUp(): Cameras {
  const bus = new MemoryBus()
  const client = new OutgoingClient({ allowPrivateTargets: true })
  return new Cameras({
    ...{ bus, store: new MemoryStore(bus), log: pino({ level: 'silent' }), client, ownClient: client },
    ...{ roles: new Map([['camera-frames', 'camera']]), allowPrivateTargets: true, maxCameras: 3, linger: 0 },
  })
}

/** A JPEG that claims a size: its frame header, and nothing to decode. */
function jpegOf(width: number, height: number): Buffer {
  const header = Buffer.from('ffc0001108000000000301110002110103110100', 'hex').subarray(0, 19)
  header.writeUInt16BE(height, 5)
  header.writeUInt16BE(width, 7)
  return Buffer.concat([Buffer.of(0xff, 0xd8), header, Buffer.from('ffda0002', 'hex'), Buffer.of(0xff, 0xd9)])
}

test('a frame that claims more pixels than a render process can decode is ignored', async () => {
  const cameras = setUp()
  const push = cameras.pushTo('door')
  push?.(jpegOf(65_500, 65_500))
  expect(cameras.find('door')?.frame).toBeUndefined()
  push?.(jpegOf(640, 480))
  expect(cameras.find('door')?.frame).toMatchObject({ width: 640, height: 480 })
  await cameras.close()
})

test('one camera more than may run says so, and starts once there is place', async () => {
  const cameras = setUp()
  cameras.configure(new Map(['a', 'b', 'c', 'd'].map((key) => [key, toCameraSpec({ kind: 'push' })])))
  const releases = ['a', 'b', 'c', 'd'].map((key) => cameras.watch(key, {}))
  const states = () => cameras.list().map(({ condition }) => condition.state)
  expect(states()).toEqual(['connecting', 'connecting', 'connecting', 'full'])
  releases[0]?.()
  await vi.waitFor(() => expect(states()).toEqual(['idle', 'connecting', 'connecting', 'connecting']))
  // One that only lingers makes place at once.
  for (const release of releases.slice(1)) release()
  cameras.watch('a', {})
  expect(states()[0]).toBe('connecting')
  await cameras.close()
})

test('frames that are pushed to new keys make at most a thousand cameras', async () => {
  const cameras = setUp()
  for (let key = 0; key < 1_000; key += 1) expect(cameras.pushTo(`k${key}`)).toBeDefined()
  expect(() => cameras.pushTo('one-more')).toThrow('there are 1000 cameras already')
  expect(cameras.pushTo('k0')).toBeDefined()
  await cameras.close()
})
