import { defineWidget, param } from 'imgcast/widget'

// Noise cannot be compressed, so the area determines the bytes. With the mark of a stale picture, a part of 1.6 kB has 2 kB.
const AREAS = { '1.6k': [23, 18], '2k': [26, 20], '20k': [80, 71] }

/** A different picture of the same size at each tick: 1.6, 2 or 20 kB of PNG, within 5 %. */
export default defineWidget({
  title: 'Frames',
  params: { bytes: param.choice(Object.keys(AREAS), '2k'), moves: param.boolean(true) },
  size: ({ params }) => ({ width: AREAS[params.bytes][0], height: AREAS[params.bytes][1] }),
  animate: { fps: 1 },
  draw(ctx, { params, width, height, time }) {
    const image = ctx.createImageData(width, height)
    const { data } = image
    let seed = (params.moves ? time : 1) | 0
    for (let at = 0; at < data.length; at += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0
      data[at] = at % 4 === 3 ? 255 : seed >>> 24
    }
    ctx.putImageData(image, 0, 0)
  },
})
