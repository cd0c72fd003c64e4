import { type Context, defineWidget, param, toPalette } from 'imgcast/widget'

// The blue line, and greys for the grid; those of `either` are visible on white and on black.
const COLORS = {
  light: { line: '#0969da', grid: '#1f2328', axis: 0.22, cells: 0.09 },
  dark: { line: '#4493f8', grid: '#d1d9e0', axis: 0.26, cells: 0.1 },
  either: { line: '#2f81f7', grid: '#808080', axis: 0.35, cells: 0.15 },
}

const FADE_STEPS = 38

export default defineWidget({
  title: 'Sine wave',
  about: 'A wave that moves to the right, at twenty frames per second.',
  gallery: { rank: 20 },
  size: { width: { min: 60, max: 1280, default: 600 }, height: { min: 30, max: 720, default: 200 } },
  params: {
    amplitude: param.number(0.75, { min: 0, max: 1, about: 'Share of half the height.' }),
    frequency: param.number(2, { min: 0.1, max: 50, about: 'Waves across the picture.' }),
    speed: param.number(0.5, {
      min: -10,
      max: 10,
      about: 'Cycles per second; negative values move it to the left.',
    }),
    thickness: param.number(3, { min: 0.5, max: 20, about: 'Width of the line, in pixels.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the line, and of the fainter area below it.' }),
    background: param.color('transparent', { about: 'The ground.' }),
  },
  animate: { fps: 20, loop: ({ params: { speed } }) => (speed === 0 ? 0 : 1000 / Math.abs(speed)) },
  alt: ({ params: { speed } }) =>
    speed === 0 ? 'A sine wave' : `A sine wave that moves to the ${speed > 0 ? 'right' : 'left'}`,
  draw(ctx, { width, height, scale, params, time }) {
    const { frequency, speed, thickness, background } = params
    const palette = toPalette(params)
    const colors = COLORS[palette.tone]
    const color = palette.accent(params.color, colors.line)
    ctx.fillStyle = background
    ctx.fillRect(0, 0, width, height)
    drawGrid(ctx, width, height, colors)
    const middle = height / 2
    const amplitude = Math.max(0, middle - thickness / 2 - 2) * params.amplitude
    // Reduce the time to one period first: the sine of 1.7 trillion milliseconds would be imprecise.
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
    fade(ctx, color, { top: middle - amplitude, width, height, scale })

    traceWave()
    ctx.lineJoin = 'round'
    ctx.lineWidth = thickness
    ctx.strokeStyle = color
    ctx.stroke()
  },
})

// Fills the path with a fade, in steps too small to see: a gradient is dithered, which PNG compresses badly.
function fade(
  ctx: Context,
  color: string,
  { top, width, height, scale }: Record<'top' | 'width' | 'height' | 'scale', number>,
) {
  ctx.save()
  ctx.clip()
  ctx.fillStyle = color
  // On whole device pixels: two edges within one pixel would leave a visible line.
  const yOf = (step: number) => Math.round((top + ((height - top) * step) / FADE_STEPS) * scale) / scale
  for (let step = 0; step < FADE_STEPS; step += 1) {
    ctx.globalAlpha = 0.3 * (1 - step / FADE_STEPS)
    ctx.fillRect(0, yOf(step), width, yOf(step + 1) - yOf(step))
  }
  ctx.restore()
}

function drawGrid(ctx: Context, width: number, height: number, colors: (typeof COLORS)['light']) {
  const cell = Math.max(14, height / 8)
  ctx.fillStyle = colors.grid
  ctx.globalAlpha = colors.axis
  ctx.fillRect(0, Math.floor(height / 2), width, 1)
  ctx.globalAlpha = colors.cells
  // Lines along all four edges and one in the middle: cell sizes are adjusted to fit.
  const [columns, rows] = [Math.round(width / cell), Math.round(height / cell / 2) * 2]
  for (let y = 0; y <= rows; y += 1) ctx.fillRect(0, Math.round((y * (height - 1)) / rows), width, 1)
  for (let x = 0; x <= columns; x += 1) ctx.fillRect(Math.round((x * (width - 1)) / columns), 0, 1, height)
  ctx.globalAlpha = 1
}
