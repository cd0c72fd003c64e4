import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Channel } from '../../src/channel/channel.ts'
import type { FrameSink, FrameSource, SourceFrame } from '../../src/channel/frame-source.ts'
import type { Viewer } from '../../src/channel/viewer.ts'
import { PublicError } from '../../src/errors.ts'
import { Cards } from '../../src/picture/cards.ts'
import type { Frame } from '../../src/picture/frame.ts'
import { createFrame } from '../../src/picture/frame.ts'
import { RenderError, tooBusy } from '../../src/render/render-error.ts'

const sheet = { format: 'png' as const, width: 40, height: 20, scale: 1, quality: 85 }
const pace = { minInterval: 100, heartbeat: 3000, linger: 10_000 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

class Screen implements Viewer {
  readonly shown: string[] = []
  ended = false

  show({ bytes }: Frame): void {
    this.shown.push(bytes.length < 20 ? bytes.toString() : 'card')
  }

  end(): void {
    this.ended = true
  }
}

/** A source of nothing, with some of it replaced. */
function sourceOf(parts: Partial<FrameSource>): FrameSource {
  const nothing = { isLively: undefined, connect() {}, onWatched() {}, renew() {}, close() {} }
  return { ...nothing, draw: () => new Promise(() => {}), ...parts }
}

const observe = () => ({ fannedOut: vi.fn(), unchanged: vi.fn(), changeShown: vi.fn(), paced: vi.fn() })

/** A channel whose pictures are words: each drawing takes `delay` and shows the word that `say` then returns. */
function setUp({ say = (): string => 'hello', delay = 1, next = undefined as number | undefined } = {}) {
  const onIdle = vi.fn()
  const draw = vi.fn(async (): Promise<SourceFrame> => {
    const word = say()
    await new Promise((resolve) => setTimeout(resolve, delay))
    if (word === 'busy') throw tooBusy()
    if (word === 'fail') throw new RenderError('mine', 'failed to draw')
    return { frame: createFrame('png', Buffer.from(word), 40, 20), next }
  })
  const onWatched = vi.fn()
  const observer = observe()
  const channel = new Channel({
    ...{ sheet, pace, cards: new Cards(), observer, onIdle },
    source: sourceOf({ draw, onWatched, isLively: false }),
  })
  return { channel, draw, onWatched, onIdle, observer }
}

describe('a channel', () => {
  test('draws once for all its viewers', async () => {
    const { channel, draw } = setUp()
    const screens = [new Screen(), new Screen(), new Screen()]
    for (const screen of screens) channel.join(screen)
    await vi.advanceTimersByTimeAsync(50)
    expect(draw).toHaveBeenCalledTimes(1)
    for (const { shown } of screens) expect(shown).toEqual(['hello'])
  })

  test('keeps its picture while there is too much to draw, and retries after a second', async () => {
    let word = 'one'
    const { channel, draw } = setUp({ say: () => word })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(200)
    word = 'busy'
    channel.redraw()
    await vi.advanceTimersByTimeAsync(200)
    expect(screen.shown).toEqual(['one'])
    expect(
      (await Promise.all([channel.still(), vi.advanceTimersByTimeAsync(10)]))[0].frame.bytes.toString(),
    ).toBe('one')
    const before = draw.mock.calls.length
    word = 'two'
    await vi.advanceTimersByTimeAsync(1_200)
    expect(draw.mock.calls.length).toBeGreaterThan(before)
    expect(screen.shown).toEqual(['one', 'two'])
    channel.close()
  })

  test('reports each new picture that has viewers once, and each unchanged one', async () => {
    let word = 'one'
    const { channel, observer } = setUp({ say: () => word })
    const still = channel.still()
    await vi.advanceTimersByTimeAsync(500)
    expect((await still).frame.bytes.toString()).toBe('one')
    expect(observer.fannedOut).not.toHaveBeenCalled()
    for (let screen = 0; screen < 20; screen += 1) channel.join(new Screen())
    word = 'two'
    channel.redraw()
    await vi.advanceTimersByTimeAsync(500)
    expect(observer.fannedOut.mock.calls).toEqual([[expect.any(Number)]])
    expect(observer.unchanged).not.toHaveBeenCalled()
    channel.redraw()
    await vi.advanceTimersByTimeAsync(500)
    expect(observer.fannedOut).toHaveBeenCalledTimes(1)
    expect(observer.unchanged).toHaveBeenCalledTimes(1)
    channel.close()
  })

  test('shows a later viewer the newest picture at once, without drawing', async () => {
    const { channel, draw } = setUp()
    channel.join(new Screen())
    await vi.advanceTimersByTimeAsync(50)
    const late = new Screen()
    channel.join(late)
    expect(late.shown).toEqual(['hello'])
    await vi.advanceTimersByTimeAsync(500)
    expect(draw).toHaveBeenCalledTimes(1)
  })

  test('draws 200 changes in a tenth of a second at most three times, the last one after them all', async () => {
    let count = 0
    const { channel, draw } = setUp({ say: () => String(count) })
    const screen = new Screen()
    channel.join(screen)
    for (let change = 0; change < 200; change += 1) {
      count += 1
      channel.redraw()
      await vi.advanceTimersByTimeAsync(0.5)
    }
    await vi.advanceTimersByTimeAsync(300)
    expect(draw.mock.calls.length).toBeLessThanOrEqual(3)
    expect(screen.shown.at(-1)).toBe('200')
  })

  test('draws a single change in a quiet time at once', async () => {
    let word = 'one'
    const { channel } = setUp({ say: () => word })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(1000)
    word = 'two'
    channel.redraw()
    await vi.advanceTimersByTimeAsync(5)
    expect(screen.shown).toEqual(['one', 'two'])
  })

  test('a change during a drawing is drawn after it', async () => {
    let word = 'one'
    const { channel } = setUp({ say: () => word, delay: 50 })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(10)
    word = 'two'
    channel.redraw()
    await vi.advanceTimersByTimeAsync(500)
    expect(screen.shown).toEqual(['one', 'two'])
  })

  test('never sends equal bytes again', async () => {
    const { channel, draw } = setUp()
    const screen = new Screen()
    channel.join(screen)
    for (let change = 0; change < 5; change += 1) {
      await vi.advanceTimersByTimeAsync(200)
      channel.redraw()
    }
    expect(draw.mock.calls.length).toBeGreaterThan(3)
    expect(screen.shown).toEqual(['hello'])
  })

  test('draws again once a heartbeat, whatever event was lost', async () => {
    let word = 'one'
    const { channel } = setUp({ say: () => word })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(1000)
    word = 'two'
    await vi.advanceTimersByTimeAsync(3000)
    expect(screen.shown).toEqual(['one', 'two'])
  })

  test('is compared ever less often while nothing changes, and recovers within 12 s', async () => {
    const compared = vi.fn(() => true)
    const draw = vi.fn(async () => ({ frame: createFrame('png', Buffer.from('word'), 40, 20) }))
    const channel = new Channel({
      ...{ sheet, pace, cards: new Cards(), observer: observe(), onIdle() {} },
      source: sourceOf({ draw, isUnchanged: compared, isLively: false }),
    })
    channel.join(new Screen())
    await vi.advanceTimersByTimeAsync(60_000)
    expect(draw).toHaveBeenCalledTimes(1)
    expect(compared.mock.calls.length).toBeLessThanOrEqual(7)
    compared.mockReturnValueOnce(false)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(draw).toHaveBeenCalledTimes(2)
  })

  test('an animation that is slower than its clock skips, and never queues', async () => {
    const { channel, draw } = setUp({ delay: 120, next: 50 })
    channel.join(new Screen())
    await vi.advanceTimersByTimeAsync(1205)
    expect(draw.mock.calls.length).toBeGreaterThan(8)
    expect(draw.mock.calls.length).toBeLessThanOrEqual(11)
  })

  test('rests without viewers: no drawing, and the end after the linger', async () => {
    const { channel, draw, onIdle } = setUp({ next: 50 })
    const leave = channel.join(new Screen())
    await vi.advanceTimersByTimeAsync(500)
    leave()
    leave()
    const drawn = draw.mock.calls.length
    channel.redraw()
    await vi.advanceTimersByTimeAsync(9900)
    expect(draw).toHaveBeenCalledTimes(drawn)
    expect(onIdle).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(onIdle).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a viewer who returns within the linger sees the last picture at once, then the newest', async () => {
    let word = 'one'
    const { channel, onIdle } = setUp({ say: () => word })
    channel.join(new Screen())()
    const first = new Screen()
    const leave = channel.join(first)
    await vi.advanceTimersByTimeAsync(50)
    leave()
    word = 'two'
    channel.redraw()
    const again = new Screen()
    channel.join(again)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(again.shown).toEqual(['one', 'two'])
    expect(onIdle).not.toHaveBeenCalled()
  })

  test('a slow first picture is preceded by a placeholder', async () => {
    const { channel } = setUp({ delay: 2000 })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(250)
    expect(screen.shown).toEqual(['card'])
    // A viewer that was ended now would keep the placeholder.
    expect(channel.isLively).toBeUndefined()
    await vi.advanceTimersByTimeAsync(2000)
    expect(channel.isLively).toBe(false)
    expect(screen.shown).toEqual(['card', 'hello'])
  })

  test('a failure shows its card, and the next try mends it', async () => {
    let word = 'fail'
    const { channel } = setUp({ say: () => word })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(50)
    expect(screen.shown).toEqual(['card'])
    word = 'fine'
    await vi.advanceTimersByTimeAsync(3100)
    expect(screen.shown).toEqual(['card', 'fine'])
  })

  test('a still is current, and drawn only if something changed', async () => {
    let word = 'one'
    const { channel, draw } = setUp({ say: () => word })
    const still = async () => {
      const frame = channel.still()
      await vi.advanceTimersByTimeAsync(10)
      return (await frame).frame.bytes.toString()
    }
    expect(await still()).toBe('one')
    expect(await still()).toBe('one')
    expect(draw).toHaveBeenCalledTimes(1)
    word = 'two'
    channel.redraw()
    expect(await still()).toBe('two')
  })

  test('a still waits for a change that is being drawn for viewers', async () => {
    let word = 'one'
    const { channel } = setUp({ say: () => word, delay: 50 })
    channel.join(new Screen())
    await vi.advanceTimersByTimeAsync(200)
    word = 'two'
    channel.redraw()
    // The drawing has begun.
    await vi.advanceTimersByTimeAsync(20)
    const still = channel.still()
    await vi.advanceTimersByTimeAsync(100)
    expect(await still).toMatchObject({ frame: { bytes: Buffer.from('two') } })
  })

  test('a still of an animation that is slow to draw is one frame of it', async () => {
    const frame = createFrame('png', Buffer.from('one frame'), 40, 20)
    const source = sourceOf({ drawSooner: async () => ({ frame }) })
    const channel = new Channel({ source, sheet, pace, cards: new Cards(), onIdle() {} })
    const still = channel.still()
    await vi.advanceTimersByTimeAsync(1000)
    expect((await still).frame).toMatchObject({ bytes: Buffer.from('one frame'), isIncomplete: true })
    channel.close()
  })

  test('a still of a slow widget is a placeholder', async () => {
    const { channel } = setUp({ delay: 60_000 })
    const still = channel.still()
    await vi.advanceTimersByTimeAsync(800)
    expect((await still).frame.bytes.length).toBeGreaterThan(20)
  })

  test('a still that is late, or fails, is the last good picture with its age; a refusal is one', async () => {
    let word = 'one'
    let delay = 1
    const draw = async (): Promise<SourceFrame> => {
      const frame = createFrame('png', Buffer.from(word), 40, 20)
      await new Promise((resolve) => setTimeout(resolve, delay))
      if (word === 'fail') throw new RenderError('mine', 'failed to draw')
      if (word === 'wrong') throw new PublicError({ code: 'bad', status: 400, caption: 'wrong' })
      return { frame }
    }
    const onLastGood = vi.fn()
    const channel = new Channel({
      ...{ sheet, pace, cards: new Cards(), onIdle() {}, onLastGood },
      source: sourceOf({ draw }),
    })
    const still = async (wait: number) => {
      const result = channel.still().then(
        ({ frame, ...rest }) => ({ word: frame.bytes.toString(), ...rest }),
        ({ message }: Error) => message,
      )
      await vi.advanceTimersByTimeAsync(wait)
      return result
    }
    expect(await still(10)).toEqual({ word: 'one' })
    delay = 60_000
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await still(800)).toEqual({ word: 'one', age: expect.closeTo(5_710, -2) })
    ;[word, delay] = ['fail', 1]
    await vi.advanceTimersByTimeAsync(70_000)
    expect(await still(800)).toMatchObject({ word: 'one', failure: { name: 'RenderError' } })
    word = 'wrong'
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await still(800)).toBe('wrong')
    channel.close()
    expect(onLastGood).toHaveBeenCalledTimes(1)
  })

  test('a still may wait longer for its drawing', async () => {
    const { channel } = setUp({ delay: 2000 })
    const still = channel.still('net', { warm: 10_000 })
    await vi.advanceTimersByTimeAsync(2100)
    expect((await still).frame.bytes.toString()).toBe('hello')
  })

  test('a still waits longer where it has no older picture', async () => {
    let delay = 2000
    const draw = async (): Promise<SourceFrame> => {
      await new Promise((resolve) => setTimeout(resolve, delay))
      return { frame: createFrame('png', Buffer.from(`after ${delay}`), 40, 20) }
    }
    const channel = new Channel({
      ...{ sheet, pace, cards: new Cards(), onIdle() {} },
      source: sourceOf({ draw }),
    })
    const cold = channel.still('net', { cold: 2500 })
    await vi.advanceTimersByTimeAsync(2100)
    expect((await cold).frame.bytes.toString()).toBe('after 2000')
    delay = 60_000
    await vi.advanceTimersByTimeAsync(4_000)
    const warm = channel.still('net', { cold: 2500 })
    await vi.advanceTimersByTimeAsync(710)
    expect(await warm).toMatchObject({ age: expect.any(Number) })
    channel.close()
  })

  test('a still that waits longer takes one frame of an animation as soon as there is one', async () => {
    const frame = createFrame('png', Buffer.from('one frame'), 40, 20)
    const drawSooner = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      return { frame }
    }
    const channel = new Channel({
      ...{ sheet, pace, cards: new Cards(), onIdle() {} },
      source: sourceOf({ drawSooner }),
    })
    const still = channel.still('net', { cold: 60_000 })
    await vi.advanceTimersByTimeAsync(1400)
    expect((await still).frame).toMatchObject({ bytes: Buffer.from('one frame'), isIncomplete: true })
    channel.close()
  })

  test('a still that shows a placeholder within it is drawn again for the next one', async () => {
    let isReady = false
    const draw = async (): Promise<SourceFrame> => {
      const frame = createFrame('png', Buffer.from(String(isReady)), 40, 20)
      return { frame: isReady ? frame : { ...frame, isPlaceholder: true } }
    }
    const channel = new Channel({
      ...{ sheet, pace, cards: new Cards(), onIdle() {} },
      source: sourceOf({ draw }),
    })
    expect((await channel.still()).frame.isPlaceholder).toBe(true)
    isReady = true
    expect((await channel.still()).frame.bytes.toString()).toBe('true')
    channel.close()
  })

  test('close returns the viewers to end, shows nothing more and leaves no timer', async () => {
    const { channel } = setUp({ next: 50 })
    const screen = new Screen()
    channel.join(screen)
    await vi.advanceTimersByTimeAsync(120)
    expect(channel.close()).toEqual([screen])
    const late = new Screen()
    channel.join(late)
    expect(late.ended).toBe(true)
    await vi.advanceTimersByTimeAsync(10)
    expect(vi.getTimerCount()).toBe(0)
  })
})

/** A channel whose source pushes frames of one word each. */
function setUpPushing() {
  let sink: FrameSink | undefined
  const draw = vi.fn(() => new Promise<SourceFrame>(() => {}))
  const close = vi.fn()
  const source = sourceOf({ draw, close, connect: (given) => (sink = given) })
  const observer = observe()
  const channel = new Channel({ source, sheet, pace, cards: new Cards(), observer, onIdle() {} })
  const push = (word: string) => sink?.push(createFrame('jpeg', Buffer.from(word), 40, 20))
  return { channel, draw, close, push, fail: (error: PublicError) => sink?.fail(error), observer }
}

describe('a channel whose source pushes frames', () => {
  test('shows each at once, 30 a second, and requests none', async () => {
    const { channel, draw, push } = setUpPushing()
    const screen = new Screen()
    push('first')
    channel.join(screen)
    const words = Array.from({ length: 300 }, (_, index) => `frame ${index}`)
    for (const word of words) {
      push(word)
      expect(screen.shown.at(-1)).toBe(word)
      await vi.advanceTimersByTimeAsync(33)
    }
    expect(screen.shown).toEqual(['first', ...words])
    expect(draw).not.toHaveBeenCalled()
    channel.close()
  })

  test('requests a frame from it if none arrived for a heartbeat', async () => {
    const { channel, draw, push } = setUpPushing()
    push('first')
    channel.join(new Screen())
    await vi.advanceTimersByTimeAsync(2900)
    expect(draw).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(draw).toHaveBeenCalledTimes(1)
    channel.close()
  })

  test('sends the newest frame if frames arrive faster than it can send them', async () => {
    const { channel, push } = setUpPushing()
    push('first')
    const seen: string[] = []
    const show = ({ bytes }: Frame) => {
      seen.push(bytes.toString())
      // A viewer that takes 20 ms of the process.
      vi.setSystemTime(Date.now() + 20)
    }
    vi.spyOn(performance, 'now').mockImplementation(() => Date.now())
    channel.join({ show, end() {} })
    for (let index = 0; index < 10; index += 1) {
      push(`frame ${index}`)
      await vi.advanceTimersByTimeAsync(10)
    }
    await vi.advanceTimersByTimeAsync(100)
    expect(seen.length).toBeLessThan(8)
    expect(seen.at(-1)).toBe('frame 9')
    channel.close()
    vi.restoreAllMocks()
  })

  test('shows its error card when the source fails, and the next frame after it', async () => {
    const { channel, push, fail } = setUpPushing()
    const screen = new Screen()
    push('first')
    channel.join(screen)
    fail(new PublicError({ code: 'no-frame', status: 503, caption: 'no frame for 10 s' }))
    await vi.advanceTimersByTimeAsync(10)
    expect((await channel.still()).failure?.message).toBe('no frame for 10 s')
    push('second')
    await vi.advanceTimersByTimeAsync(10)
    expect(screen.shown).toEqual(['first', 'card', 'second'])
    expect((await channel.still()).frame.bytes.toString()).toBe('second')
    channel.close()
  })

  test('keeps the newest frame for stills and later viewers while it has no viewers', async () => {
    const { channel, push, observer } = setUpPushing()
    const leave = channel.join(new Screen())
    push('one')
    leave()
    push('two')
    push('three')
    expect((await channel.still()).frame.bytes.toString()).toBe('three')
    const screen = new Screen()
    channel.join(screen)
    expect(screen.shown).toEqual(['three'])
    expect(observer.unchanged).not.toHaveBeenCalled()
    channel.close()
  })

  test('closes the source once, and shows nothing after that', async () => {
    const { channel, push, close } = setUpPushing()
    const screen = new Screen()
    channel.join(screen)
    expect([channel.close(), channel.close()]).toEqual([[screen], []])
    push('late')
    await vi.advanceTimersByTimeAsync(1000)
    expect(screen.shown).toEqual([])
    expect(close).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
