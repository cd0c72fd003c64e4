import { defineWidget, param } from 'imgcast/widget'

export default defineWidget({
  title: 'Oven',
  about: 'A baking timer of one minute, in a loop.',
  size: { width: 220, height: 60 },
  params: { color: param.color('#e8590c', { about: 'Colour of the baked part.' }) },
  animate: { fps: 5 },
  draw(ctx, { width, height, params, time }) {
    const done = (time % 60_000) / 60_000
    ctx.fillStyle = '#fff4e6'
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, 12)
    ctx.fill()
    ctx.clip()
    ctx.fillStyle = params.color
    ctx.fillRect(0, height - 8, width * done, 8)
    ctx.fillStyle = '#212529'
    ctx.font = '600 18px Inter'
    ctx.fillText(`${Math.ceil(60 - done * 60)} s to go`, 20, 33)
  },
})
