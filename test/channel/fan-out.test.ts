import { describe, expect, test } from 'vitest'
import { fanOut } from '../../src/channel/fan-out.ts'
import type { Viewer } from '../../src/channel/viewer.ts'
import { plainFrame } from '../support/frames.ts'

const frame = plainFrame('red')
const crowdOf = (count: number) =>
  new Set(Array.from({ length: count }, (): Viewer => ({ show() {}, end() {} })))

/** As slow as a kernel that takes a millisecond a viewer. */
function slowly() {
  const until = performance.now() + 1
  while (performance.now() < until) Math.sqrt(until)
}

/** Resolves to the milliseconds that the sending took. */
const sendTo = (crowd: Set<Viewer>, shown: typeof frame, show: (viewer: Viewer) => void) =>
  new Promise<number>((resolve) => fanOut(crowd, shown, show, resolve))

describe('a fan-out', () => {
  test('to a small crowd is done at once', () => {
    const crowd = crowdOf(20)
    const shown: Viewer[] = []
    fanOut(
      crowd,
      frame,
      (viewer) => shown.push(viewer),
      () => {},
    )
    expect(shown).toEqual([...crowd])
  })

  test('to a large crowd yields to other work, and reaches every viewer once', async () => {
    const crowd = crowdOf(200)
    const shown: Viewer[] = []
    const seenMeanwhile: number[] = []
    let over = false
    const look = () => {
      seenMeanwhile.push(shown.length)
      if (!over) setImmediate(look)
    }
    setImmediate(look)
    await sendTo(crowd, frame, (viewer) => {
      slowly()
      shown.push(viewer)
    })
    over = true
    expect(shown).toEqual([...crowd])
    expect(seenMeanwhile.filter((count) => count > 0 && count < 200)).not.toEqual([])
  })

  test('shows nothing to viewers that left meanwhile, and nothing twice to viewers that joined', async () => {
    const crowd = crowdOf(200)
    const [last] = [...crowd].reverse()
    const late: Viewer = { show() {}, end() {} }
    const shown: Viewer[] = []
    setImmediate(() => {
      crowd.delete(last as Viewer)
      crowd.add(late)
    })
    await sendTo(crowd, frame, (viewer) => {
      slowly()
      shown.push(viewer)
    })
    expect(shown).toHaveLength(199)
    expect(shown).not.toContain(last)
    expect(shown).not.toContain(late)
  })

  test('returns its own time, without other work in between', async () => {
    setImmediate(() => {
      const until = performance.now() + 500
      while (performance.now() < until) Math.sqrt(until)
    })
    const from = performance.now()
    const took = await sendTo(crowdOf(100), frame, slowly)
    expect(took).toBeLessThan(performance.now() - from - 400)
    expect(took).toBeGreaterThanOrEqual(90)
  })
})
