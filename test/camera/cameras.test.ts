import pino from 'pino'
import { expect, test } from 'vitest'
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

test('frames that are pushed to new keys make at most a thousand cameras', async () => {
  const cameras = setUp()
  for (let key = 0; key < 1_000; key += 1) expect(cameras.pushTo(`k${key}`)).toBeDefined()
  expect(() => cameras.pushTo('one-more')).toThrow('there are 1000 cameras already')
  expect(cameras.pushTo('k0')).toBeDefined()
  await cameras.close()
})
