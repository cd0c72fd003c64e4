import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { drawCanvas } from '../../src/picture/draw-canvas.ts'

const sheet = { width: 30, height: 20, scale: 1, format: 'png' as const, quality: 85 }

/** Leaves as much behind as a context can keep. */
function litter(ctx: SKRSContext2D): void {
  ctx.save()
  ctx.rotate(1)
  ctx.font = '700 30px Inter'
  ctx.letterSpacing = '9px'
  ctx.fillStyle = 'red'
  ctx.globalAlpha = 0.5
  ctx.filter = 'blur(3px)'
  ctx.textAlign = 'center'
  ctx.fillRect(0, 0, 90, 90)
  ctx.beginPath()
  ctx.rect(0, 0, 1, 1)
  ctx.clip()
}

function paint(ctx: SKRSContext2D): void {
  ctx.fillRect(2, 2, 10, 10)
  ctx.fillText('text', 12, 16)
}

test('a canvas that is drawn on again keeps nothing of the drawing before', () => {
  const canvas = createCanvas(1, 1)
  for (const size of [
    { width: 30, height: 20 },
    { width: 90, height: 40, scale: 2 },
  ]) {
    drawCanvas({ ...sheet, ...size, canvas }, litter)
    expect(drawCanvas({ ...sheet, canvas }, paint).data()).toEqual(drawCanvas(sheet, paint).data())
    expect([canvas.width, canvas.height]).toEqual([30, 20])
  }
})
