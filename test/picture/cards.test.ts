import { expect, test } from 'vitest'
import { Cards } from '../../src/picture/cards.ts'

const place = { format: 'png' as const, width: 160, height: 40 }
const sheet = (width: number) => ({ format: 'png' as const, width, height: 40, scale: 1, quality: 90 })

test('one caption at one size is painted once', () => {
  const cards = new Cards()
  expect(cards.readableError(place, 'no such widget')).toBe(
    cards.readableError({ ...place }, 'no such widget'),
  )
  expect(cards.error(sheet(50), 'a')).toBe(cards.error(sheet(50), 'a'))
  expect(cards.placeholder(sheet(50))).toBe(cards.placeholder(sheet(50)))
})

test('painting takes a bounded part of the time, for any sizes; beyond it a plain card is shown', () => {
  let now = 0
  // Each reading of the clock takes 50 ms, so painting does, too.
  let step = 50
  const cards = new Cards(() => {
    now += step
    return now
  })
  const frames = Array.from({ length: 60 }, (_, index) => cards.error(sheet(100 + index), 'no such widget'))
  const painted = frames.filter(({ width }) => width >= 100)
  expect(painted.length).toBeGreaterThan(3)
  expect(painted.length).toBeLessThan(20)
  expect(new Set(frames.filter(({ width }) => width < 100)).size).toBe(1)
  expect(frames.find(({ width }) => width < 100)).toMatchObject({ width: 32, height: 32 })
  // From here on no time passes, so that no painting is allowed.
  step = 0
  expect(cards.error(sheet(3000), 'no such widget').width).toBe(32)
  // Placeholders have a share of their own: a page is laid out by their size.
  expect(cards.placeholder(sheet(300))).toMatchObject({ width: 300, isPlaceholder: true })
  // A painted card is still sent.
  expect(cards.error(sheet(100), 'no such widget')).toBe(frames[0])
  now += 60_000
  expect(cards.error(sheet(999), 'no such widget').width).toBe(999)
})
