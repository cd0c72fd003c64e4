import { loadImage } from '@napi-rs/canvas'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { padPicture } from '../../../src/http/stream/padding.ts'
import { Probe } from '../../../src/http/stream/probe.ts'
import type { Format } from '../../../src/picture/frame.ts'
import { plainFrame } from '../../support/frames.ts'
import { pixelOf } from '../../support/pixels.ts'

describe.each<Format>(['png', 'jpeg', 'webp'])('a padded %s', (format) => {
  test('has over a megabyte and looks the same', async () => {
    const frame = plainFrame('rgb(200, 40, 0)', { format })
    const fat = Buffer.concat(padPicture(frame))
    expect(fat.length).toBeGreaterThan(1_100_000)
    expect(pixelOf(await loadImage(fat), 5, 5)).toEqual(pixelOf(await loadImage(frame.bytes), 5, 5))
  })
})

describe('probing', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  /** A reader whose pages each hold `pictures` streams; a page that was left ends when it is probed. */
  class Reader {
    readonly probe = new Probe()
    readonly open = new Set<{ end(): void; left: boolean; asked: number }>()

    visit(pictures = 1) {
      const page = Array.from({ length: pictures }, () => {
        const stream = { left: false, asked: 0, end: () => {} }
        const remove = this.probe.add('ann', {
          probe: () => {
            stream.asked += 1
            if (stream.left) setTimeout(stream.end, 20)
            return 1000
          },
        })
        stream.end = () => {
          remove()
          this.open.delete(stream)
        }
        this.open.add(stream)
        return stream
      })
      return {
        page,
        leave: () => {
          for (const stream of page) stream.left = true
        },
      }
    }

    close() {
      for (const stream of [...this.open]) stream.end()
    }
  }

  test.each([1, 3])(
    'a walk of 20 pages with %d pictures never holds more than two pages',
    async (pictures) => {
      const reader = new Reader()
      for (let page = 0; page < 20; page += 1) {
        const { leave } = reader.visit(pictures)
        expect(reader.open.size).toBeLessThanOrEqual(pictures * 2)
        await vi.advanceTimersByTimeAsync(1500)
        expect(reader.open.size).toBe(pictures)
        if (page < 19) leave()
      }
      reader.close()
    },
  )

  test('a reader who walks through six pages at once, and whose browser opens no more streams, can continue', async () => {
    const reader = new Reader()
    for (let page = 0; page < 6; page += 1) {
      const { leave } = reader.visit()
      if (page < 5) leave()
      await vi.advanceTimersByTimeAsync(60)
    }
    await vi.advanceTimersByTimeAsync(3000)
    expect(reader.open.size).toBe(1)
    reader.close()
  })

  test('of a page with six pictures, five are probed, and twice', async () => {
    const reader = new Reader()
    const pictures: { asked: number }[] = []
    for (let picture = 0; picture < 6; picture += 1) {
      pictures.push(...reader.visit().page)
      await vi.advanceTimersByTimeAsync(20)
    }
    await vi.advanceTimersByTimeAsync(120_000)
    expect(pictures.map(({ asked }) => asked)).toEqual([2, 2, 2, 2, 2, 0])
    reader.close()
  })

  test('a reader with one open picture is never probed', async () => {
    const reader = new Reader()
    const { page } = reader.visit(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(page[0]?.asked).toBe(0)
    reader.close()
  })

  test('a reader who hurries through six pages is probed as soon as the last of them is quiet', async () => {
    const reader = new Reader()
    for (let page = 0; page < 6; page += 1) {
      const { leave } = reader.visit(1)
      await vi.advanceTimersByTimeAsync(150)
      if (page < 5) leave()
    }
    await vi.advanceTimersByTimeAsync(1000)
    expect(reader.open.size).toBeLessThanOrEqual(4)
    reader.visit(1)
    await vi.advanceTimersByTimeAsync(2500)
    expect([...reader.open].filter(({ left }) => left)).toEqual([])
    reader.close()
  })

  test('four pictures that load one after the other while scrolling are probed twice each', async () => {
    const reader = new Reader()
    for (let picture = 0; picture < 4; picture += 1) {
      reader.visit(1)
      await vi.advanceTimersByTimeAsync(10_000)
    }
    expect([...reader.open].map(({ asked }) => asked)).toEqual([2, 2, 2, 0])
    reader.close()
  })

  test('a page with many pictures is not probed because of its own pictures', async () => {
    const reader = new Reader()
    const { page } = reader.visit(6)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(page.map(({ asked }) => asked)).toEqual([0, 0, 0, 0, 0, 0])
    reader.close()
  })

  test('a second tab that stays open is probed twice, and then left alone while the first walks on', async () => {
    const reader = new Reader()
    const tab = reader.visit(1)
    await vi.advanceTimersByTimeAsync(5000)
    const asked: number[] = []
    for (let page = 0; page < 10; page += 1) {
      const { leave } = reader.visit(1)
      await vi.advanceTimersByTimeAsync(3000)
      asked.push(tab.page[0]?.asked ?? 0)
      expect(reader.open.size).toBe(2)
      if (page < 9) leave()
    }
    expect(asked.at(-1)).toBe(2)
    expect(reader.probe.bytes).toBe((2 + 9) * 1000)
    reader.close()
  })

  test('a crowd behind one address is not probed', async () => {
    const reader = new Reader()
    for (let person = 0; person < 40; person += 1) reader.visit(1)
    await vi.advanceTimersByTimeAsync(5000)
    const before = reader.probe.bytes
    reader.visit(1)
    await vi.advanceTimersByTimeAsync(5000)
    expect(reader.probe.bytes).toBe(before)
    reader.close()
  })

  test('five tabs that stay open are probed less and less often', async () => {
    const reader = new Reader()
    for (let tab = 0; tab < 5; tab += 1) {
      reader.visit(1)
      await vi.advanceTimersByTimeAsync(2000)
    }
    const before = reader.probe.bytes
    for (let page = 0; page < 20; page += 1) {
      const { leave } = reader.visit(1)
      await vi.advanceTimersByTimeAsync(3000)
      leave()
    }
    // Each page that was left is probed once or twice; the five tabs at most three times each in this minute.
    expect(reader.probe.bytes - before).toBeLessThanOrEqual((20 * 2 + 5 * 3) * 1000)
    reader.close()
  })

  test('one address causes at most 600 probes a minute, whatever browsers it poses as, and others have their own', async () => {
    const probe = new Probe()
    const ask = vi.fn(() => 1000)
    const visit = (viewer: string) => probe.add(viewer, { probe: ask })
    const walk = async (address: string, browsers: number) => {
      for (let page = 0; page < 6; page += 1) {
        for (let browser = 0; browser < browsers; browser += 1) visit(`${address}.browser-${browser}`)
        await vi.advanceTimersByTimeAsync(1500)
      }
    }
    await walk('one', 200)
    expect(ask).toHaveBeenCalledTimes(600)
    await walk('one', 10)
    expect(ask).toHaveBeenCalledTimes(600)
    await walk('other', 1)
    const others = ask.mock.calls.length
    expect(others).toBeGreaterThan(600)
    await vi.advanceTimersByTimeAsync(60_000)
    await walk('one', 1)
    expect(ask.mock.calls.length).toBeGreaterThan(others)
    probe.close()
  })

  test('probing a crowd with one viewer key takes time in proportion to the crowd', async () => {
    const probe = new Probe()
    const timers = vi.getTimerCount()
    for (let person = 0; person < 5_000; person += 1) probe.add('ann', { probe: () => 0 })
    expect(vi.getTimerCount() - timers).toBeLessThanOrEqual(12)
    probe.close()
  })

  test('only the streams of the same reader are probed', async () => {
    const probe = new Probe()
    const asked = vi.fn(() => 1000)
    const leaves = ['ann', 'bob', 'eve'].map((viewer) => probe.add(viewer, { probe: asked }))
    await vi.advanceTimersByTimeAsync(2000)
    leaves.push(probe.add('zoe', { probe: asked }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).not.toHaveBeenCalled()
    for (const leave of leaves) leave()
  })

  test('a close forgets every timer', async () => {
    const reader = new Reader()
    reader.visit(1)
    await vi.advanceTimersByTimeAsync(1500)
    reader.visit(1)
    reader.probe.close()
  })
})
