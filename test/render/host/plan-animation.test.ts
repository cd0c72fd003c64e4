import { describe, expect, test } from 'vitest'
import { motionOf, planAnimation } from '../../../src/render/host/plan-animation.ts'
import type { Look } from '../../../src/widget/look.ts'
import type { Animation, Widget } from '../../../src/widget/widget.ts'
import { noDevice } from '../../support/looks.ts'

const NOW = Date.UTC(2026, 0, 1)

function plan(animate: Animation | undefined, more: Partial<Look> = {}) {
  const widget: Widget = {
    title: 'It',
    size: { width: 1, height: 1 },
    draw() {},
    ...(animate && { animate }),
  }
  const size = { width: 100, height: 50, scale: 1 }
  const still = { format: 'png', ...size, quality: 85, fps: 0, animate: 'loop', ...noDevice } as const
  const look: Look = { ...still, params: {}, ...more }
  const found = planAnimation(widget, look, motionOf(widget, look, {}), NOW)
  if (!found) return undefined
  return {
    frames: found.length,
    start: found[0]?.time,
    length: Math.round(found.reduce((sum, each) => sum + each.duration, 0)),
  }
}

describe('the GIF of a picture that ticks', () => {
  const every = { every: () => 1000 }
  const gif = { format: 'gif', animate: 'push' } as const
  test.each<[string, Partial<Look>, ReturnType<typeof plan>]>([
    ['shows its next minute', { frames: 60 }, { frames: 60, start: NOW, length: 60_000 }],
    ['has as many frames as were asked for', { frames: 5 }, { frames: 5, start: NOW, length: 5000 }],
    [
      'has as many as can be drawn in time',
      { frames: 60, width: 600, height: 500 },
      { frames: 40, start: NOW, length: 40_000 },
    ],
    ['is one picture if one was asked for', { frames: 1 }, undefined],
  ])('%s', (_what, more, expected) => {
    expect(plan(every, { ...gif, ...more })).toEqual(expected)
  })

  test('is one picture if it changes once a minute', () => {
    expect(plan({ every: () => 60_000 }, { ...gif, frames: 60 })).toBeUndefined()
  })
})

describe('the pictures of an animation', () => {
  test.each<[string, Animation | undefined, Partial<Look>, ReturnType<typeof plan>]>([
    ['one period from its beginning', { fps: 20, loop: 2000 }, {}, { frames: 40, start: 0, length: 2000 }],
    ['at the requested rate', { fps: 20, loop: 2000 }, { fps: 5 }, { frames: 10, start: 0, length: 2000 }],
    ['as many as nearly fit', { fps: 20, loop: 110 }, {}, { frames: 2, start: 0, length: 110 }],
    ['each state in turn', { every: () => 500, loop: 1500 }, {}, { frames: 3, start: 0, length: 1500 }],
    ['the last state cut short', { every: () => 400, loop: 1000 }, {}, { frames: 3, start: 0, length: 1000 }],
    [
      'the same for a GIF',
      { fps: 20, loop: 2000 },
      { format: 'gif', animate: 'push' },
      { frames: 40, start: 0, length: 2000 },
    ],
    [
      'a GIF of a picture that never repeats: three seconds from now',
      { fps: 10 },
      { format: 'gif', animate: 'push' },
      { frames: 30, start: NOW, length: 3000 },
    ],
    [
      'a GIF of a longer loop: the same',
      { fps: 10, loop: 5000 },
      { format: 'gif', animate: 'push' },
      { frames: 30, start: NOW, length: 3000 },
    ],
    [
      'half of the frames if there are too many',
      { fps: 30, loop: 5000 },
      {},
      { frames: 75, start: 0, length: 5000 },
    ],
    [
      'half of the frames if they are too large',
      { fps: 20, loop: 2000 },
      { width: 1000, height: 400 },
      { frames: 20, start: 0, length: 2000 },
    ],
    [
      'a quarter of the frames on a dense screen',
      { fps: 20, loop: 2000 },
      { width: 600, height: 200, scale: 3 },
      { frames: 10, start: 0, length: 2000 },
    ],
    [
      'an eighth at the least',
      { fps: 20, loop: 2000 },
      { format: 'gif', animate: 'push', width: 1000, height: 720 },
      { frames: 5, start: 0, length: 2000 },
    ],
    [
      'one, if fewer would still be too large',
      { fps: 20, loop: 2000 },
      { width: 2500, height: 1500 },
      undefined,
    ],
    ['one, if a GIF must not move', { fps: 20 }, { format: 'gif', animate: 'off' }, undefined],
    [
      'one, if large states do not fit',
      { every: () => 500, loop: 5000 },
      { width: 1500, height: 1000 },
      undefined,
    ],
    ['one, if states do not fit', { every: () => 100, loop: 20_000 }, {}, undefined],
    ['one, of a loop over a minute', { every: () => 30_000, loop: 90_000 }, {}, undefined],
    ['one, if it is pushed', { fps: 20, loop: 2000 }, { animate: 'push' }, undefined],
    ['one, if it is off', { fps: 20, loop: 2000 }, { animate: 'off' }, undefined],
    ['one, if it stands still', { fps: 20, loop: () => 0 }, {}, undefined],
    ['one, if it never moves', { every: () => Number.POSITIVE_INFINITY, loop: 5000 }, {}, undefined],
    ['one, if nothing moves', undefined, { format: 'gif' }, undefined],
  ])('are %s', (_what, animate, more, expected) => {
    expect(plan(animate, more)).toEqual(expected)
  })
})
