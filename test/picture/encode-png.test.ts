import { type Canvas, createCanvas, loadImage, type SKRSContext2D } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { encodePng } from '../../src/picture/encode-png.ts'

const pictures: Record<string, (ctx: SKRSContext2D, width: number, height: number) => void> = {
  'nothing at all': () => {},
  'flat ground and lines, which no filter suits': (ctx, width, height) => {
    ctx.fillStyle = '#2f81f7'
    ctx.fillRect(0, 0, width, height)
    ctx.lineWidth = 3
    ctx.beginPath()
    ctx.moveTo(0, 0)
    ctx.lineTo(width, height)
    ctx.stroke()
  },
  'a gradient, which the row above suits': (ctx, width, height) => {
    const gradient = ctx.createLinearGradient(0, 0, width, height)
    gradient.addColorStop(0, '#ff3b30')
    gradient.addColorStop(1, '#2fd15840')
    ctx.fillStyle = gradient
    ctx.fillRect(0, 0, width, height)
  },
  'noise, half of it transparent': (ctx, width, height) => {
    const image = ctx.createImageData(width, height)
    let seed = 1
    for (let at = 0; at < image.data.length; at += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0
      image.data[at] = at % 4 === 3 && at % 8 > 4 ? 0 : seed >>> 24
    }
    ctx.putImageData(image, 0, 0)
  },
}
const sizes = [
  [1, 1],
  [7, 3],
  [200, 30],
  [600, 200],
] as const

function draw(width: number, height: number, paint: (typeof pictures)[string]): Canvas {
  const canvas = createCanvas(width, height)
  paint(canvas.getContext('2d'), width, height)
  return canvas
}

async function pixelsOf(png: Buffer): Promise<Buffer> {
  const image = await loadImage(png)
  const ctx = createCanvas(image.width, image.height).getContext('2d')
  ctx.drawImage(image, 0, 0)
  return Buffer.from(ctx.getImageData(0, 0, image.width, image.height).data)
}

describe('a PNG', () => {
  const cases = Object.keys(pictures).flatMap((name) => sizes.map(([w, h]) => [name, w, h] as const))
  it.each(cases)(
    'of %s, %i x %i, has the pixels that the canvas would write',
    async (name, width, height) => {
      const canvas = draw(width, height, pictures[name] as (typeof pictures)[string])
      const ours = await pixelsOf(encodePng(canvas))
      expect(ours.length).toBe(width * height * 4)
      expect(ours.equals(await pixelsOf(canvas.encodeSync('png')))).toBe(true)
    },
  )

  it('equals the canvas’s own if neither filter helps', () => {
    const canvas = draw(600, 200, pictures['noise, half of it transparent'] as () => void)
    expect(encodePng(canvas).equals(canvas.encodeSync('png'))).toBe(true)
  })

  it('of a widget’s drawing is hardly larger than the canvas’s own', () => {
    const canvas = draw(600, 200, pictures['flat ground and lines, which no filter suits'] as () => void)
    expect(encodePng(canvas).length).toBeLessThan(canvas.encodeSync('png').length * 1.3)
  })
})
