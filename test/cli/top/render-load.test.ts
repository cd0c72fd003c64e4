import { describe, expect, test } from 'vitest'
import { paint } from '../../../src/cli/top/line.ts'
import { toText } from '../../../src/cli/top/print.ts'
import { renderLoad } from '../../../src/cli/top/render-load.ts'
import { renderNodes } from '../../../src/cli/top/render-nodes.ts'
import { renderScreen } from '../../../src/cli/top/render-screen.ts'
import type { Load } from '../../../src/schema/load-schema.ts'
import { readingAt, screenOf } from './support.ts'

const load: Load = {
  seconds: 60,
  server: { processor: 0.12, memoryBytes: 118e6 },
  render: { processes: 3, workers: 2, processor: 1.98, memoryBytes: 300e6 },
  waiting: { pictures: 12, median: 300, p95: 1200 },
  changes: { median: 100, p95: 180.4 },
  frames: { wanted: 100, reached: 60.3 },
  refusals: { 'too-many-clicks': 40, 'wrong-token': 2 },
}
const WHOLE =
  '1.98 of 2 cores drawing   0.12 serving   12 waiting 1.2 s   180 ms to show changes   60/100 fps   418 MB   ' +
  '42 refused (too-many-clicks)'

describe('the line of the load', () => {
  test('names drawing, serving, the queue, late changes, the frame rate, memory and refusals', () => {
    expect(paint(renderLoad(load, 200), false).trimEnd()).toBe(WHOLE)
  })

  test('marks only the problems', () => {
    const marked = renderLoad(load, 200).flatMap(({ style, text }) => (style === 'red' ? [text] : []))
    expect(marked).toEqual(['1.98', '12', '60/100'])
  })

  test('omits parts that do not fit, and cuts no number', () => {
    expect(paint(renderLoad(load, 50), false).trimEnd()).toBe('1.98 of 2 cores drawing   0.12 serving')
    expect(renderLoad(load, 5)).toEqual([])
  })

  test('has a dash for missing values, and no refusals if there were none', () => {
    const none = { median: null, p95: null }
    const quiet = { ...load, waiting: { pictures: 0, ...none }, changes: none, refusals: {} }
    const text = paint(renderLoad(quiet, 200), false)
    expect(text).toContain('0 waiting -   - to show changes')
    expect(text).not.toContain('refused')
  })

  test('is the third line of a screen that is high enough, below the totals', () => {
    const screen = { ...screenOf([readingAt(0, [])]), load }
    const lines = (height: number) =>
      renderScreen(screen, { width: 160, height, isUnicode: true }).map((line) =>
        paint(line, false).trimEnd(),
      )
    expect(lines(12)).toHaveLength(12)
    expect(lines(12)[2]).toBe(WHOLE)
    expect(lines(7).join()).not.toContain('drawing')
  })

  test('is the second line of printed text', () => {
    const { rows, totals } = screenOf([readingAt(0, [])])
    const text = toText({ url: 'http://localhost:9192', time: 0, rows, totals, load })
    expect(text.split('\n')[1]).toBe(WHOLE.replaceAll(/ {3}/g, ', '))
  })
})

describe('the line of the servers', () => {
  const cluster = {
    isPartial: false,
    nodes: [
      { name: 'a:1', connections: 5, rooms: 2, processor: 0.25, memoryBytes: 120e6 },
      { name: 'b:22', connections: 1200, rooms: 1, isEdge: true },
    ],
  }

  test('names each with its streams, the largest first, and how many do not fit', () => {
    const line = (width: number) => paint(renderNodes({ ...load, cluster }, width) ?? [], false)
    expect(line(80)).toBe('1,200 b:22 (edge)   5 a:1')
    expect(line(24)).toBe('')
    expect(
      paint(
        renderNodes({ ...load, cluster: { ...cluster, nodes: [...cluster.nodes, ...cluster.nodes] } }, 37) ??
          [],
        false,
      ),
    ).toBe('1,200 b:22 (edge)   and 3 more')
    expect(renderNodes(load, 80)).toBeUndefined()
  })

  test('is below the load on a screen, and a line for each server in printed text', () => {
    const screen = { ...screenOf([readingAt(0, [])]), load: { ...load, cluster } }
    const lines = renderScreen(screen, { width: 160, height: 12, isUnicode: true })
    expect(lines).toHaveLength(12)
    expect(paint(lines[3] ?? [], false)).toContain('1,200 b:22 (edge)')
    const { rows, totals } = screen
    const text = toText({ url: 'http://localhost:9192', time: 0, rows, totals, load: { ...load, cluster } })
    expect(text.split('\n').slice(2, 4)).toEqual([
      '  a:1              5 streams  2 rooms  0.25 cores  120 MB',
      '  b:22 (edge)  1,200 streams  1 rooms',
    ])
  })
})
