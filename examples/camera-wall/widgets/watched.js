import { defineWidget } from 'imgcast/widget'

/** Stands for a camera: a bar in a colour of its own, and somebody who walks by. */
export default defineWidget({
  title: 'A watched place',
  size: { width: 240, height: 135 },
  animate: { fps: 5 },
  draw(ctx, { key, width, height, time }) {
    const hue = [...key].reduce((sum, letter) => sum + letter.charCodeAt(0) * 7, 0) % 360
    ctx.fillStyle = `hsl(${hue}, 40%, 20%)`
    ctx.fillRect(0, 0, width, height)
    ctx.fillStyle = '#eeb'
    ctx.beginPath()
    ctx.arc((time / 20 + hue) % width, height * 0.6, 12, 0, 2 * Math.PI)
    ctx.fill()
    ctx.fillStyle = '#204080'
    ctx.fillRect(0, 0, width, 24)
    ctx.fillStyle = '#fff'
    ctx.font = '13px Inter'
    ctx.fillText(`${key}  ${new Date(time).toISOString().slice(11, 19)}`, 60, 17)
  },
})
