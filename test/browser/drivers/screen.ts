import { createCanvas, ImageData, loadImage } from '@napi-rs/canvas'
import type { Screen } from './driver.ts'

/** A rectangle of whole pixels. */
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** Decodes a screenshot. */
export async function screenOf(png: Buffer): Promise<Screen> {
  const image = await loadImage(png)
  const { width, height } = image
  const context = createCanvas(width, height).getContext('2d')
  context.drawImage(image, 0, 0)
  return toScreen(context.getImageData(0, 0, width, height).data, width, height, () => png)
}

/** The pixels of an X server, each blue, green, red and anything. */
export function screenOfPixels(pixels: Buffer, { width, height }: Area): Screen {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let at = 0; at < data.length; at += 4) {
    data[at] = pixels[at + 2] as number
    data[at + 1] = pixels[at + 1] as number
    data[at + 2] = pixels[at] as number
    data[at + 3] = 255
  }
  return toScreen(data, width, height, () => {
    const canvas = createCanvas(width, height)
    canvas.getContext('2d').putImageData(new ImageData(data, width, height), 0, 0)
    return canvas.toBuffer('image/png')
  })
}

function toScreen(data: Uint8ClampedArray, width: number, height: number, encode: () => Buffer): Screen {
  return {
    width,
    height,
    get png() {
      return encode()
    },
    pixel(x, y) {
      const at = (y * width + x) * 4
      const a = data[at + 3]
      if (x < 0 || y < 0 || x >= width || a === undefined)
        throw new RangeError(`(${x}, ${y}) is outside of ${width}x${height}`)
      return [data[at] as number, data[at + 1] as number, data[at + 2] as number, a]
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
