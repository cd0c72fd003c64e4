/** The first version of `sine`, before any optimization, kept as a control. */
export function drawPlainSine(ctx, { width, height, time }) {
  const params = {
    amplitude: 0.75,
    frequency: 2,
    speed: 0.5,
    thickness: 3,
    color: '#2f81f7',
    background: 'transparent',
  }
  const { frequency, speed, thickness, color, background } = params
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
  ctx.fillStyle = color
  ctx.globalAlpha = 0.3
  ctx.fill()
  ctx.globalAlpha = 1
  // Erasing the lower part fades any colour, without computing its transparent version.
  const fade = ctx.createLinearGradient(0, middle - amplitude, 0, height)
  fade.addColorStop(0, 'transparent')
  fade.addColorStop(1, 'black')
  ctx.globalCompositeOperation = 'destination-out'
  ctx.fillStyle = fade
  ctx.fillRect(0, 0, width, height)

  ctx.globalCompositeOperation = 'source-over'
  traceWave()
  ctx.lineJoin = 'round'
  ctx.lineWidth = thickness
  ctx.strokeStyle = color
  ctx.stroke()

  ctx.globalCompositeOperation = 'destination-over'
  drawGrid(ctx, width, height)
  ctx.fillStyle = background
  ctx.fillRect(0, 0, width, height)
}

/** Greys that are visible on white and on black. */
function drawGrid(ctx, width, height) {
  const cell = Math.max(14, height / 8)
  ctx.fillStyle = '#80808059'
  ctx.fillRect(0, Math.floor(height / 2), width, 1)
  ctx.fillStyle = '#80808026'
  for (let y = (height / 2) % cell || cell; y < height; y += cell) ctx.fillRect(0, Math.floor(y), width, 1)
  for (let x = (width / 2) % cell || cell; x < width; x += cell) ctx.fillRect(Math.floor(x), 0, 1, height)
}
