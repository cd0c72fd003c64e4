import { expect, test, vi } from 'vitest'
import { Channels } from '../../src/channel/channels.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import type { Presence } from '../../src/cluster/presence.ts'
import { createFrame } from '../../src/picture/frame.ts'
import type { Job } from '../../src/render/protocol.ts'
import type { Renderer } from '../../src/render/renderer.ts'

const look = {
  ...{ format: 'png' as const, width: 40, height: 20, scale: 1, quality: 85, fps: 0 },
  animate: 'off' as const,
  params: {},
}

test('a picture that waits for others within it is drawn with the counts of the time when it is drawn', async () => {
  let visitors = 1
  const drawn = vi.fn()
  const renderer = {
    manifests: new Map(),
    async draw(job: Job) {
      drawn(job.visitors)
      const took = { frames: 1, drawing: 1, encoding: 1 }
      return { frame: createFrame('png', Buffer.from('a'), 40, 20), next: undefined, took }
    },
  } as unknown as Renderer
  const counts = async () => ({ connections: visitors, visitors, peak: visitors })
  const channels = new Channels({
    renderer,
    presence: { counts } as unknown as Presence,
    bus: new MemoryBus(),
    pace: { minInterval: 100, heartbeat: 3000, linger: 10_000 },
    maxChannels: 10,
  })
  let answer = (_shown: never[]): void => {}
  const shown = new Promise<never[]>((resolve) => {
    answer = resolve
  })
  const still = channels.open({ widget: 'grid', key: 'main', look, shown }).still()
  await new Promise((resolve) => setTimeout(resolve, 20))
  visitors = 2
  answer([])
  await still
  expect(drawn.mock.calls).toEqual([[2]])
  channels.close()
})
