import { expect, test } from 'vitest'
import { drawJob } from '../../../src/render/host/draw-job.ts'
import type { Drawing, Job } from '../../../src/render/protocol.ts'
import type { Look } from '../../../src/widget/look.ts'
import { toManifest } from '../../../src/widget/manifest.ts'
import { param } from '../../../src/widget/param.ts'
import type { Scene, Widget } from '../../../src/widget/widget.ts'
import { noDevice } from '../../support/looks.ts'

const base = { title: 'Mine', size: { width: 10, height: 10 } }
const read = (scene: Scene) => void scene.time

/** The inputs that a widget's drawing has read. */
function readsOf(more: Partial<Widget>, look: Partial<Look> = {}, job: Partial<Job> = {}) {
  const widget: Widget = { ...base, draw() {}, ...more }
  const loaded = { widget, manifest: toManifest('mine', '/mine.mjs', widget) }
  const whole: Look = {
    ...{ format: 'png' as const, width: 10, height: 10, scale: 1, quality: 85, fps: 0 },
    ...{ animate: 'push' as const, ...noDevice, params: {} },
    ...look,
  }
  const counts = { connections: 1, visitors: 2, peak: 3, time: 4_321 }
  const given: Job = { output: 'frame', widget: 'mine', key: 'main', look: whole, ...counts, ...job }
  const { reads } = drawJob(loaded, given, { data: undefined, pictures: [] }) as Drawing
  return [...reads].sort()
}

test('a drawing reports which counts and whether time it has read, however it reads them', () => {
  expect(readsOf({})).toEqual([])
  expect(readsOf({ draw: (_, { visitors, width }) => void [visitors, width] })).toEqual(['visitors'])
  expect(readsOf({ draw: (_, scene) => void { ...scene } })).toEqual([
    'connections',
    'isPartial',
    'peak',
    'room',
    'time',
    'visitors',
  ])
})

test('a drawing reports that it has read its room, by name or by key, also for its size', () => {
  expect(readsOf({ draw: (_, { room }) => void room })).toEqual(['room'])
  expect(readsOf({ draw: (_, { key }) => void key })).toEqual(['room'])
  expect(readsOf({ size: ({ key }) => ({ width: key.length * 10, height: 10 }) })).toEqual(['room'])
  expect(readsOf({ size: ({ data }) => ({ width: data === undefined ? 10 : 20, height: 10 }) })).toEqual([])
})

test('a scene has its values, and can be written to', () => {
  const seen: number[] = []
  readsOf({
    draw(_, scene) {
      seen.push(scene.connections, scene.visitors, scene.peak, scene.time)
      scene.visitors = 9
      seen.push(scene.visitors)
    },
  })
  expect(seen).toEqual([1, 2, 3, 4_321, 9])
})

test('an SVG with two drawings, light and dark, reports the reads of both', () => {
  const params = { theme: param.theme('auto') }
  const draw: Widget['draw'] = (_, { params, peak, visitors }) =>
    void (params.theme === 'dark' ? peak : visitors)
  expect(readsOf({ params, draw }, { format: 'svg' })).toEqual(['peak', 'room', 'visitors'])
})

test('the results of load and of a parser are outside; pushed data is not', () => {
  const load = () => 1
  expect(readsOf({ load })).toEqual(['outside'])
  expect(readsOf({ load }, {}, { pushed: { data: 2 } })).toEqual([])
  expect(readsOf({ params: { day: { parse: () => new Date().getDay() } } })).toEqual(['outside'])
})

test('an animation that repeats, and one frame of it, do not depend on time; a frame that is pushed does', () => {
  const moving: Partial<Widget> = { animate: { fps: 10, loop: 1000 }, draw: (_, scene) => read(scene) }
  expect(readsOf(moving, { animate: 'loop' })).toEqual([])
  expect(readsOf(moving, { animate: 'off' })).toEqual([])
  expect(readsOf(moving, { animate: 'push' })).toEqual(['time'])
  expect(readsOf({ ...moving, animate: { fps: 10 } }, { format: 'gif' })).toEqual(['time'])
})
