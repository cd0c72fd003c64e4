import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas'
import type { Screen } from './driver.ts'

/** A rectangle of whole pixels. */
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

async function paint(png: Buffer, area?: Area): Promise<Canvas> {
  const image = await loadImage(png)
  const { x, y, width, height } = area ?? { x: 0, y: 0, width: image.width, height: image.height }
  const canvas = createCanvas(width, height)
  canvas.getContext('2d').drawImage(image, -x, -y)
  return canvas
}

/** Decodes a screenshot, or the part of it that is the viewport. */
export async function screenOf(png: Buffer, area?: Area): Promise<Screen> {
  const canvas = await paint(png, area)
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  return {
    width,
    height,
    png: area ? canvas.toBuffer('image/png') : png,
    pixel(x, y) {
      const at = (y * width + x) * 4
      const [r, g, b, a] = data.subarray(at, at + 4)
      if (x < 0 || y < 0 || x >= width || a === undefined)
        throw new RangeError(`(${x}, ${y}) is outside of ${width}x${height}`)
      return [r as number, g as number, b as number, a]
    },
  }
}

/** The rectangle that is filled with one colour, undefined if there is no such rectangle. */
export function areaOf(
  screen: Screen,
  [red, green, blue]: readonly [number, number, number],
): Area | undefined {
  let [left, top, right, bottom, count] = [screen.width, screen.height, -1, -1, 0]
  for (let y = 0; y < screen.height; y++) {
    for (let x = 0; x < screen.width; x++) {
      const [r, g, b] = screen.pixel(x, y)
      if (r !== red || g !== green || b !== blue) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
      count++
    }
  }
  const area = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
  return count > 0 && count === area.width * area.height ? area : undefined
}
