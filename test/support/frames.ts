import { paint } from '../../src/picture/encode.ts'
import type { Format, Frame } from '../../src/picture/frame.ts'

/** A real picture of one colour, of the given size. */
export function plainFrame(color: string, { format = 'png' as Format, width = 20, height = 20 } = {}): Frame {
  return paint({ width, height, scale: 1, format, quality: 85 }, (ctx) => {
    ctx.fillStyle = color
    ctx.fillRect(0, 0, width, height)
  })
}

/** A real PNG of noise, so that its bytes are many. */
export function noisyFrame(seed: number, side = 100): Frame {
  return paint({ width: side, height: side, scale: 1, format: 'png', quality: 85 }, (ctx) => {
    const pixels = ctx.createImageData(side, side)
    let state = seed * 2_654_435_761 + 1
    for (let at = 0; at < pixels.data.length; at += 1) {
      state = (state * 1_664_525 + 1_013_904_223) >>> 0
      pixels.data[at] = at % 4 === 3 ? 255 : state >>> 24
    }
    ctx.putImageData(pixels, 0, 0)
  })
}
