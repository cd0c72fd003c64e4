import { expect, test } from 'vitest'
import { FrameLook } from '../../src/channel/frame-look.ts'
import { MAX_PIXELS } from '../../src/picture/draw-canvas.ts'
import { plainFrame } from '../support/frames.ts'

test.each([
  [{ width: 1920, height: 1080 }, 1, { width: 1920, height: 1080 }],
  // Frames of up to 32 million pixels pass untouched.
  [{ width: 5472, height: 3648 }, 1, { width: 4096, height: 2730 }],
  [{ width: 4608, height: 2592 }, 1, { width: 4096, height: 2304 }],
  [{ width: 3840, height: 2160 }, 2, { width: 2666, height: 1500 }],
])('a card in place of a frame of %o, at scale %d, can be drawn', async (size, scale, expected) => {
  const drawn: { width: number; height: number }[] = []
  const renderer = {
    manifests: new Map(),
    draw: async ({ look }: { look: { width: number; height: number } }) => {
      drawn.push({ width: look.width, height: look.height })
      return { frame: plainFrame('#ff0000') }
    },
  }
  const look = { format: 'jpeg', width: 0, height: 0, scale, params: {} }
  const frames = new FrameLook(renderer as never, { widget: 'camera', key: 'a', look } as never)
  const payers = () => ({ networks: [], count: 1 })
  await frames.draw({ frame: undefined, size, data: undefined }, () => 1, payers)
  expect(drawn).toEqual([expected])
  expect(expected.width * expected.height * scale ** 2).toBeLessThanOrEqual(MAX_PIXELS)
})
