import { describe, expect, test } from 'vitest'
import { paint } from '../../../src/cli/top/line.ts'
import { toText } from '../../../src/cli/top/print.ts'
import { renderLoad } from '../../../src/cli/top/render-load.ts'
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
