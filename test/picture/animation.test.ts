import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SKRSContext2D } from '@napi-rs/canvas'
import { afterAll, describe, expect, test } from 'vitest'
import { type FrameTiming, paintAnimation } from '../../src/picture/animation.ts'
import { drawCanvas, type Sheet } from '../../src/picture/draw-canvas.ts'
import type { Frame } from '../../src/picture/frame.ts'
import { readApng } from '../support/apng.ts'
import { describeWith } from '../support/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-animation-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sheet = (format: 'png' | 'gif', scale = 1): Sheet => ({
  width: 60,
  height: 40,
  scale,
  format,
  quality: 1,
})
const framesOf = (count: number, duration: number): FrameTiming[] =>
  Array.from({ length: count }, (_, index) => ({ time: index, duration }))

/** A box that moves over ground that fades to nothing. */
function drawBox(ctx: SKRSContext2D, time: number): void {
  ctx.fillStyle = 'rgba(0, 80, 200, 0.4)'
  ctx.fillRect(0, 0, 30, 40)
  ctx.fillStyle = 'rgba(200, 80, 0, 0.5)'
  ctx.fillRect(10 + time * 5, 10, 8, 8)
}

function run(paint: Generator<undefined, Frame>): { frame: Frame; pauses: number } {
  for (let pauses = 0; ; pauses += 1) {
    const { done, value } = paint.next()
    if (done) return { frame: value, pauses }
  }
}

describe('an animated PNG', () => {
  test('has each picture with its time, and is played for ever', () => {
    const { frame, pauses } = run(paintAnimation(sheet('png'), framesOf(4, 250), drawBox))
    const { plays, pictures } = readApng(frame.bytes)
    expect(plays).toBe(0)
    expect(pictures.map(({ delay }) => delay)).toEqual([250, 250, 250, 250])
    expect(frame).toMatchObject({ format: 'png', width: 60, height: 40, animated: true })
    expect(pauses).toBe(3)
  })

  test('has the whole first picture, and the changed part of each other', () => {
    const { frame } = run(paintAnimation(sheet('png', 2), framesOf(3, 100), drawBox))
    const areas = readApng(frame.bytes).pictures.map(({ delay: _, ...area }) => area)
    expect(areas).toEqual([
      { x: 0, y: 0, width: 120, height: 80 },
      { x: 20, y: 20, width: 26, height: 16 },
      { x: 30, y: 20, width: 26, height: 16 },
    ])
  })

  test('shows equal pictures in a row as one, for as long', () => {
    const draw = (ctx: SKRSContext2D, time: number) => drawBox(ctx, Math.floor(time / 3))
    const { frame } = run(paintAnimation(sheet('png'), framesOf(6, 100), draw))
    expect(readApng(frame.bytes).pictures.map(({ delay }) => delay)).toEqual([300, 300])
  })

  test('is a plain PNG if nothing moves', () => {
    const { frame } = run(paintAnimation(sheet('png'), framesOf(6, 100), (ctx) => drawBox(ctx, 0)))
    expect(frame.animated).toBe(false)
    expect(frame.bytes.includes('acTL')).toBe(false)
  })

  test('loses no time by rounding', () => {
    const { frame } = run(paintAnimation(sheet('png'), framesOf(7, 1000 / 7), drawBox))
    const delays = readApng(frame.bytes).pictures.map(({ delay }) => delay)
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeCloseTo(1000)
  })

  test('is the same bytes each time', () => {
    const [one, two] = [0, 1].map(() => run(paintAnimation(sheet('png'), framesOf(4, 50), drawBox)).frame)
    expect(one?.etag).toBe(two?.etag)
  })

  test('would be found out if a byte were wrong', () => {
    const { frame } = run(paintAnimation(sheet('png'), framesOf(3, 50), drawBox))
    const broken = Buffer.from(frame.bytes)
    broken.writeUInt8(7, broken.lastIndexOf('fcTL') + 7)
    expect(() => readApng(broken)).toThrow('CRC')
  })
})

describeWith(['ffmpeg'], 'read by ffmpeg', () => {
  const probe = (file: string) =>
    execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'packet=duration_time', '-of', 'csv=p=0', file])
      .toString()
      .split('\n')
      .filter((line) => line !== '')

  function write({ bytes, format }: Frame): string {
    const file = join(folder, `${bytes.length}.${format}`)
    writeFileSync(file, bytes)
    return file
  }

  test.each<['png' | 'gif', number]>([
    ['png', 6],
    ['gif', 6],
  ])('a .%s has %i pictures', (format, count) => {
    const { frame } = run(paintAnimation(sheet(format), framesOf(count, 70), drawBox))
    expect(probe(write(frame))).toHaveLength(count)
  })

  test('each picture of an animated PNG is the one that was drawn', () => {
    const { frame } = run(paintAnimation(sheet('png'), framesOf(5, 100), drawBox))
    const args = ['-v', 'error', '-i', write(frame), '-f', 'rawvideo', '-pix_fmt', 'rgba', '-']
    const raw = execFileSync('ffmpeg', args)
    const size = 60 * 40 * 4
    expect(raw.length).toBe(size * 5)
    for (let time = 0; time < 5; time += 1) {
      const canvas = drawCanvas(sheet('png'), (ctx) => drawBox(ctx, time))
      const drawn = canvas.getContext('2d').getImageData(0, 0, 60, 40).data
      const off = drawn.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - (raw[time * size + at] ?? 0))),
        0,
      )
      expect(off).toBeLessThanOrEqual(2)
    }
  })

  test('each picture of a GIF is the one that was drawn, also where only a few pixels change', () => {
    const drawHand = (ctx: SKRSContext2D, time: number) => {
      ctx.fillStyle = '#fff'
      ctx.fillRect(0, 0, 60, 40)
      ctx.fillStyle = '#08c'
      for (let step = 0; step < 30; step += 1) ctx.fillRect(step, Math.floor(step / (time + 1)), 1, 1)
    }
    const { frame } = run(paintAnimation(sheet('gif'), framesOf(5, 100), drawHand))
    const raw = execFileSync('ffmpeg', [
      '-v',
      'error',
      '-i',
      write(frame),
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-',
    ])
    const size = 60 * 40 * 4
    expect(raw.length).toBe(size * 5)
    for (let time = 0; time < 5; time += 1) {
      const canvas = drawCanvas(sheet('gif'), (ctx) => drawHand(ctx, time))
      const drawn = Buffer.from(canvas.getContext('2d').getImageData(0, 0, 60, 40).data.buffer)
      expect(raw.subarray(time * size, (time + 1) * size).equals(drawn)).toBe(true)
    }
  })

  test('a GIF shows each picture for its time, in hundredths of a second', () => {
    const { frame } = run(paintAnimation(sheet('gif'), framesOf(3, 1000 / 3), drawBox))
    expect(probe(write(frame)).map(Number)).toEqual([0.33, 0.34, 0.33])
  })
})

describe('a GIF', () => {
  const disposalOf = (bytes: Buffer) => {
    const control = bytes.indexOf(Buffer.from([0x21, 0xf9, 0x04]))
    return ((bytes[control + 3] ?? 0) >> 2) & 7
  }

  test('is played for ever, once or a number of times', () => {
    const [always, once, thrice] = [0, 1, 3].map(
      (plays) => run(paintAnimation(sheet('gif'), framesOf(2, 100), drawBox, plays)).frame.bytes,
    )
    expect(always?.toString('latin1', 0, 6)).toBe('GIF89a')
    expect(always?.includes('NETSCAPE2.0\x03\x01\x00\x00', 'latin1')).toBe(true)
    expect(once?.includes('NETSCAPE')).toBe(false)
    expect(thrice?.includes('NETSCAPE2.0\x03\x01\x02\x00', 'latin1')).toBe(true)
    expect(always?.at(-1)).toBe(0x3b)
  })

  test('draws what changed over the picture before, or whole pictures where pixels become transparent', () => {
    const filled = (ctx: SKRSContext2D, time: number) => {
      ctx.fillStyle = 'white'
      ctx.fillRect(0, 0, 60, 40)
      drawBox(ctx, time)
    }
    const moving = (ctx: SKRSContext2D, time: number) => {
      ctx.fillStyle = 'red'
      ctx.fillRect(time * 10, 0, 20, 40)
    }
    const [over, whole] = [filled, moving].map(
      (draw) => run(paintAnimation(sheet('gif'), framesOf(2, 100), draw)).frame.bytes,
    )
    expect(disposalOf(over as Buffer)).toBe(1)
    expect(disposalOf(whole as Buffer)).toBe(2)
  })
})
