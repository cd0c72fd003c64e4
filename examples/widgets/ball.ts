import { defineWidget, param } from 'imgcast/widget'

const PERIOD = 2_000

export default defineWidget({
  title: 'Ball',
  about: 'A ball that bounces, 30 times a second. It repeats, so ?animate=loop sends it once.',
  size: { width: { min: 120, max: 800, default: 240 }, height: 120 },
  params: { color: param.color('#e5534b', { about: 'The ball.' }) },
  animate: { fps: 30, loop: PERIOD },

  draw(ctx, { time, params, width, height }) {
    const phase = (time % PERIOD) / PERIOD
    const radius = 14
    const x = radius + (width - 2 * radius) * (1 - Math.abs(2 * phase - 1))
    // Two bounces in a period, each a parabola.
    const fall = ((phase * 2) % 1) * 2 - 1
    const y = height - 10 - radius - (1 - fall ** 2) * (height - 20 - 2 * radius)
    ctx.fillStyle = '#f6f8fa'
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, 10)
    ctx.fill()
    // The shadow is narrow and dark where the ball is low.
    const lift = (height - 10 - radius - y) / height
    ctx.fillStyle = `rgba(31, 35, 40, ${0.3 - 0.25 * lift})`
    ctx.beginPath()
    ctx.ellipse(x, height - 8, radius * (1 + lift), 4, 0, 0, Math.PI * 2)
    ctx.fill()
    const shine = ctx.createRadialGradient(x - 5, y - 5, 1, x, y, radius)
    shine.addColorStop(0, '#ffffff')
    shine.addColorStop(0.35, params.color)
    shine.addColorStop(1, params.color)
    ctx.fillStyle = shine
    ctx.beginPath()
    ctx.arc(x, y, radius, 0, Math.PI * 2)
    ctx.fill()
  },
})
