import { type Image, loadImage, type SKRSContext2D } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import { drawCanvas } from '../../src/picture/draw-canvas.ts'
import { paint } from '../../src/picture/encode.ts'
import type { Background } from '../../src/picture/flatten.ts'
import { gifEncoder } from '../../src/picture/gif.ts'
import { pixelOf } from '../support/pixels.ts'

type Draw = (ctx: SKRSContext2D) => void

const DARK: Background = { color: '#0d1117', known: true }
const RED: Background = { color: 'ff0000', known: false }

const SHEET = { width: 64, height: 40, scale: 1, quality: 1, format: 'gif' as const }

function write(draw: Draw, background?: Background): Promise<Image> {
  return loadImage(paint(background ? { ...SHEET, background } : SHEET, draw).bytes)
}

/** A canvas keeps colours multiplied by their alpha, and loses a little by it. */
function expectNear(pixel: number[], color: number[], most: number): void {
  for (const [at, channel] of color.entries())
    expect(Math.abs((pixel[at] ?? -1000) - channel)).toBeLessThanOrEqual(most)
}

/** A box with a softer line above it and a fainter one below: 4 % of it at half, as round corners have. */
const softBox: Draw = (ctx) => {
  ctx.fillStyle = '#3fb950'
  ctx.fillRect(0, 10, 64, 20)
  ctx.globalAlpha = 0.75
  ctx.fillRect(0, 9, 64, 1)
  ctx.globalAlpha = 0.25
  ctx.fillRect(0, 30, 64, 1)
}
const wash: Draw = (ctx) => {
  ctx.fillStyle = 'rgba(0, 0, 0, 0.2)'
  ctx.fillRect(0, 0, 32, 40)
}

describe('the colours of a GIF', () => {
  test('are the picture’s own if there are up to 255', async () => {
    const image = await write((ctx) => {
      for (let index = 0; index < 255; index += 1) {
        ctx.fillStyle = `rgb(${index}, ${(index * 7) % 256}, ${255 - index})`
        ctx.fillRect(index % 64, Math.floor(index / 64), 1, 1)
      }
    })
    for (const index of [0, 1, 100, 253, 254]) {
      const color = [index, (index * 7) % 256, 255 - index, 255]
      expect(pixelOf(image, index % 64, Math.floor(index / 64))).toEqual(color)
    }
    expect(pixelOf(image, 63, 39)[3]).toBe(0)
  })

  test('keep a small bright dot among thousands of greys and blues', async () => {
    const draw: Draw = (ctx) => {
      for (let x = 0; x < 64; x += 1) {
        for (let y = 0; y < 40; y += 1) {
          ctx.fillStyle = `rgb(${x * 2}, ${x * 2}, ${x * 2 + y})`
          ctx.fillRect(x, y, 1, 1)
        }
      }
      ctx.fillStyle = '#3fb950'
      ctx.fillRect(20, 20, 3, 3)
    }
    const image = await write(draw)
    expect(pixelOf(image, 21, 21)).toEqual([0x3f, 0xb9, 0x50, 255])
    for (const [x, y] of [
      [0, 0],
      [40, 10],
      [63, 39],
    ] as const) {
      expectNear(pixelOf(image, x, y), [x * 2, x * 2, x * 2 + y, 255], 20)
    }
  })
})

describe('the edges of a GIF', () => {
  test('are cut at half transparency, in their own colour, if the page is unknown', async () => {
    for (const background of [undefined, RED]) {
      const image = await write(softBox, background)
      expectNear(pixelOf(image, 5, 9), [0x3f, 0xb9, 0x50, 255], 2)
      expect(pixelOf(image, 5, 30)[3]).toBe(0)
      expect(pixelOf(image, 5, 38)[3]).toBe(0)
    }
  })

  test('are blended with a known page, and transparent pixels stay transparent', async () => {
    const image = await write(softBox, DARK)
    const [red, green, blue, alpha] = pixelOf(image, 5, 30)
    expect(alpha).toBe(255)
    expect(red).toBeGreaterThan(0x0d)
    expect(green).toBeLessThan(0x50)
    expect(blue).toBeLessThan(0x30)
    expect(pixelOf(image, 5, 38)[3]).toBe(0)
  })
})

describe('a GIF of a transparent picture', () => {
  test.each<[string, Background | undefined, number[], number[]]>([
    ['white', undefined, [255, 255, 255, 255], [204, 204, 204, 255]],
    ['the page', DARK, [13, 17, 23, 255], [10, 13, 18, 255]],
    ['its own background', RED, [255, 0, 0, 255], [204, 0, 0, 255]],
  ])('is put on %s, all of it', async (_ground, background, ground, washed) => {
    const image = await write(wash, background)
    expect(pixelOf(image, 60, 20)).toEqual(ground)
    expectNear(pixelOf(image, 10, 20), washed, 2)
  })

  test('keeps its background in the following pictures', async () => {
    const box: Draw = (ctx) => ctx.fillRect(0, 0, 32, 40)
    const encode = gifEncoder()
    for (const draw of [wash, box])
      expect(pixelOf(await loadImage(encode(drawCanvas(SHEET, draw))), 60, 20)).toEqual([255, 255, 255, 255])
    expect(pixelOf(await write(box), 60, 20)[3]).toBe(0)
  })

  test('stays transparent if nothing is drawn', async () => {
    expect(pixelOf(await write(() => {}))[3]).toBe(0)
  })
})
