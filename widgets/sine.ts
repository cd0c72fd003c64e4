import { type Context, defineWidget, param, readColor } from 'imgcast'

export default defineWidget({
  title: 'Sine wave',
  about: 'A wave that runs to the right, drawn twenty times a second.',
  size: { width: { min: 60, max: 1280, default: 600 }, height: { min: 30, max: 720, default: 200 } },
  params: {
    amplitude: param.number(0.75, { min: 0, max: 1, about: 'Of half the height.' }),
    frequency: param.number(2, { min: 0.1, max: 50, about: 'Waves across the picture.' }),
    speed: param.number(0.5, { min: -10, max: 10, about: 'Cycles a second; below 0 it runs to the left.' }),
    thickness: param.number(3, { min: 0.5, max: 20, about: 'Of the line, in pixels.' }),
    color: param.color('#2f81f7'),
    background: param.color('transparent'),
  },
  animate: { fps: 20, loop: ({ speed }) => (speed === 0 ? 0 : 1000 / Math.abs(speed)) },
  draw(ctx, { width, height, params, time }) {
    const { frequency, speed, thickness, color, background } = params
    const middle = height / 2
    const amplitude = Math.max(0, middle - thickness / 2 - 2) * params.amplitude
    // The time within one period first: a sine of 1.7 trillion milliseconds would be coarse.
    const period = 1000 / speed
    const phase = ((time % period) / period) * Math.PI * 2
    const step = Math.min(2, width / frequency / 24)
    const traceWave = () => {
      ctx.beginPath()
      for (let x = -thickness; x < width + thickness; x += step) {
        ctx.lineTo(x, middle - amplitude * Math.sin((x / width) * frequency * Math.PI * 2 - phase))
      }
    }

    ctx.fillStyle = background
    ctx.fillRect(0, 0, width, height)
    drawGrid(ctx, width, height)

    traceWave()
    ctx.lineTo(width + thickness, height)
    ctx.lineTo(-thickness, height)
    const [red, green, blue, alpha] = readColor(color) ?? [0, 0, 0, 1]
    const fade = ctx.createLinearGradient(0, middle - amplitude, 0, height)
    fade.addColorStop(0, `rgba(${red}, ${green}, ${blue}, ${alpha * 0.3})`)
    fade.addColorStop(1, `rgba(${red}, ${green}, ${blue}, 0)`)
    ctx.fillStyle = fade
    ctx.fill()

    traceWave()
    ctx.lineJoin = 'round'
    ctx.lineWidth = thickness
    ctx.strokeStyle = color
    ctx.stroke()
  },
})

/** Greys that show on white and on black alike. */
function drawGrid(ctx: Context, width: number, height: number) {
  const cell = Math.max(14, height / 8)
  ctx.fillStyle = '#80808059'
  ctx.fillRect(0, Math.floor(height / 2), width, 1)
  ctx.fillStyle = '#80808026'
  for (let y = (height / 2) % cell || cell; y < height; y += cell) ctx.fillRect(0, Math.floor(y), width, 1)
  for (let x = (width / 2) % cell || cell; x < width; x += cell) ctx.fillRect(Math.floor(x), 0, 1, height)
}
