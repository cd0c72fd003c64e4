import { type Context, defineWidget, param, readColor, toneOf } from 'imgcast'

// The blue line, and greys for the grid that show on white and on black alike where it may be either.
const COLORS = {
  light: { line: '#0969da', grid: '#1f2328', axis: 0.22, cells: 0.09 },
  dark: { line: '#4493f8', grid: '#d1d9e0', axis: 0.26, cells: 0.1 },
  either: { line: '#2f81f7', grid: '#808080', axis: 0.35, cells: 0.15 },
}

export default defineWidget({
  title: 'Sine wave',
  about: 'A wave that runs to the right, drawn twenty times a second.',
  size: { width: { min: 60, max: 1280, default: 600 }, height: { min: 30, max: 720, default: 200 } },
  params: {
    amplitude: param.number(0.75, { min: 0, max: 1, about: 'Of half the height.' }),
    frequency: param.number(2, { min: 0.1, max: 50, about: 'Waves across the picture.' }),
    speed: param.number(0.5, { min: -10, max: 10, about: 'Cycles a second; below 0 it runs to the left.' }),
    thickness: param.number(3, { min: 0.5, max: 20, about: 'Of the line, in pixels.' }),
    theme: param.theme(),
    color: param.color('', { about: 'The line, and fainter what is below it.' }),
    background: param.color('transparent'),
  },
  animate: { fps: 20, loop: ({ speed }) => (speed === 0 ? 0 : 1000 / Math.abs(speed)) },
  draw(ctx, { width, height, params, time }) {
    const { frequency, speed, thickness, background, theme } = params
    const colors = COLORS[toneOf(background, theme)]
    const color = params.color || colors.line
    ctx.fillStyle = background
    ctx.fillRect(0, 0, width, height)
    drawGrid(ctx, width, height, colors)
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

    traceWave()
    ctx.lineTo(width + thickness, height)
    ctx.lineTo(-thickness, height)
    // The same colour at both ends: a fade to plain transparent would turn grey.
    const [red, green, blue, alpha = 1] = readColor(color) ?? []
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

function drawGrid(ctx: Context, width: number, height: number, colors: (typeof COLORS)['light']) {
  const cell = Math.max(14, height / 8)
  ctx.fillStyle = colors.grid
  ctx.globalAlpha = colors.axis
  ctx.fillRect(0, Math.floor(height / 2), width, 1)
  ctx.globalAlpha = colors.cells
  for (let y = (height / 2) % cell || cell; y < height; y += cell) ctx.fillRect(0, Math.floor(y), width, 1)
  for (let x = (width / 2) % cell || cell; x < width; x += cell) ctx.fillRect(Math.floor(x), 0, 1, height)
  ctx.globalAlpha = 1
}
