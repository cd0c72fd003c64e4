import { createCanvas, type Image, loadImage } from '@napi-rs/canvas'
import type { Pixels } from '../../src/picture/compare.ts'

/** A part of a sheet, in its pixels. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Pictures in rows and columns, each column on a page of its colour. */
export interface Sheet {
  png: Buffer
  boxes: Box[][]
}

const MARGIN = 12

/** Puts rows of encoded pictures on one sheet, for one file to hold many states. */
export async function makeSheet(rows: Buffer[][], pages: readonly string[]): Promise<Sheet> {
  const images = await Promise.all(rows.map((row) => Promise.all(row.map((bytes) => loadImage(bytes)))))
  const widths = pages.map((_, column) => Math.max(...images.map((row) => row[column]?.width ?? 0)) + MARGIN)
  const heights = images.map((row) => Math.max(...row.map(({ height }) => height)) + MARGIN)
  const canvas = createCanvas(sum(widths), sum(heights))
  const ctx = canvas.getContext('2d')
  pages.forEach((page, column) => {
    ctx.fillStyle = page
    ctx.fillRect(sum(widths.slice(0, column)), 0, widths[column] ?? 0, canvas.height)
  })
  const boxes = images.map((row, at) =>
    row.map((image: Image, column) => {
      const left = sum(widths.slice(0, column)) + MARGIN / 2
      const top = sum(heights.slice(0, at)) + MARGIN / 2
      ctx.drawImage(image, left, top)
      return { left, top, width: image.width, height: image.height }
    }),
  )
  return { png: canvas.toBuffer('image/png'), boxes }
}

/** Cuts a part out of a picture. */
export function cutBox(pixels: Pixels, { left, top, width, height }: Box): Pixels {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let row = 0; row < height; row += 1) {
    const start = ((top + row) * pixels.width + left) * 4
    data.set(pixels.data.subarray(start, start + width * 4), row * width * 4)
  }
  return { width, height, data }
}

function sum(lengths: number[]): number {
  return lengths.reduce((total, length) => total + length, 0)
}
