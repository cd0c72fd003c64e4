import { defineWidget } from 'imgcast/widget'

/** Takes 300 ms to draw: a picture that arrives sooner was not drawn for this request. */
export default defineWidget({
  title: 'Slow',
  size: { width: 40, height: 20 },
  draw(ctx, { width, height, connections }) {
    const until = performance.now() + 300
    while (performance.now() < until) Math.sqrt(until)
    ctx.fillStyle = `rgb(${connections % 256}, 0, 128)`
    ctx.fillRect(0, 0, width, height)
  },
})
