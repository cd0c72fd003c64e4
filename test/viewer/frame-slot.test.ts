import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrame } from '../../src/picture/frame.ts'
import { FrameSlot } from '../../src/viewer/frame-slot.ts'

const frameOf = (name: string) => createFrame('png', Buffer.from(name), 1, 1)
const [first, second, third] = ['1', '2', '3'].map(frameOf)
if (!first || !second || !third) throw new Error('three frames')

/** A slot whose owner is writing. */
function busySlot(): FrameSlot {
  const slot = new FrameSlot()
  slot.begin()
  return slot
}

describe('a frame slot', () => {
  test('sends at once while nothing is under way', () => {
    expect(new FrameSlot().offer(first)).toBe('send')
  })

  test('a write that nothing reports is over when the owner is found to have written it', () => {
    let isWritten = false
    const slot = new FrameSlot(() => isWritten)
    slot.begin()
    expect(slot.offer(first)).toBe('hold')
    slot.finish()
    slot.begin()
    isWritten = true
    expect(slot.isBusy).toBe(false)
    expect(slot.offer(first)).toBe('send')
    expect(slot.end()).toBe(true)
  })

  test('holds the newest of the frames that arrive during a write, and counts the others', () => {
    const slot = busySlot()
    expect([slot.offer(first), slot.offer(second), slot.offer(third)]).toEqual(['hold', 'replace', 'replace'])
    expect(slot.dropped).toBe(2)
    expect(slot.finish()).toBe(third)
    expect(slot.isBusy).toBe(false)
    expect(slot.finish()).toBeUndefined()
  })

  test('ends at once while nothing is under way, else after the held frame', () => {
    expect(new FrameSlot().end()).toBe(true)
    const slot = busySlot()
    slot.offer(first)
    expect(slot.end()).toBe(false)
    expect(slot.finish()).toBe(first)
    slot.begin()
    expect(slot.finish()).toBe('end')
  })

  test('accepts no frame after its end, and ends once', () => {
    const slot = busySlot()
    slot.end()
    expect(slot.isOpen).toBe(false)
    expect(slot.offer(first)).toBe('ignore')
    expect(slot.end()).toBe(false)
    expect(slot.finish()).toBe('end')
  })

  test('that is closed drops the held frame and requests nothing more', () => {
    const slot = busySlot()
    slot.offer(first)
    slot.close()
    expect(slot.finish()).toBeUndefined()
    expect(slot.offer(second)).toBe('ignore')
    expect(slot.end()).toBe(false)
  })

  test('shows frames in order, the newest one last, and loses none without counting it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('offer', 'finish')), (steps) => {
        const slot = new FrameSlot()
        const shown: number[] = []
        const frames = steps.map((_, index) => frameOf(String(index)))
        let offered = 0
        let newest = -1
        const write = (frame: unknown) => {
          shown.push(frames.indexOf(frame as (typeof frames)[0]))
          slot.begin()
        }
        steps.forEach((step, index) => {
          const frame = frames[index]
          if (step === 'offer' && frame) {
            offered += 1
            newest = index
            if (slot.offer(frame) === 'send') write(frame)
          } else if (slot.isBusy) {
            const next = slot.finish()
            if (next) write(next)
          }
        })
        while (slot.isBusy) {
          const next = slot.finish()
          if (next) write(next)
        }
        expect(shown).toEqual([...shown].sort((a, b) => a - b))
        expect(shown.at(-1) ?? -1).toBe(newest)
        expect(shown.length + slot.dropped).toBe(offered)
      }),
    )
  })
})
