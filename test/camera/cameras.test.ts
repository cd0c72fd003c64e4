import pino from 'pino'
import { expect, test } from 'vitest'
import { Cameras } from '../../src/camera/cameras.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { OutgoingClient } from '../../src/system/outgoing.ts'

test('frames that are pushed to new keys make at most a thousand cameras', async () => {
  const bus = new MemoryBus()
  const client = new OutgoingClient({ allowPrivateTargets: true })
  const cameras = new Cameras({
    ...{ bus, store: new MemoryStore(bus), log: pino({ level: 'silent' }), client, ownClient: client },
    ...{ roles: new Map([['camera-frames', 'camera']]), allowPrivateTargets: true, maxCameras: 3, linger: 0 },
  })
  for (let key = 0; key < 1_000; key += 1) expect(cameras.pushTo(`k${key}`)).toBeDefined()
  expect(() => cameras.pushTo('one-more')).toThrow('there are 1000 cameras already')
  expect(cameras.pushTo('k0')).toBeDefined()
  await cameras.close()
})
