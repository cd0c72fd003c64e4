import { createCanvas, SvgExportFlag } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { drawCanvas } from '../../../src/picture/draw-canvas.ts'
import { guardCanvas } from '../../../src/render/host/guard-canvas.ts'
import { Mistake } from '../../../src/render/host/mistake.ts'

test.each([
  ['pixels', createCanvas(40, 20)],
  ['an SVG', createCanvas(40, 20, SvgExportFlag.ConvertTextToPaths)],
])('the canvas of %s keeps its size', (_what, canvas) => {
  const ctx = canvas.getContext('2d')
  guardCanvas(ctx)
  const set = () => {
    ctx.canvas.width = 500
  }
  expect(set).toThrow(Mistake)
  expect(set).toThrow('set the width of its canvas to 500: the size of a picture is that of `size`')
  expect([canvas.width, canvas.height]).toEqual([40, 20])
})

test('setting the same size clears a canvas and keeps its scale', () => {
  const canvas = createCanvas(40, 20)
  const ctx = canvas.getContext('2d')
  ctx.scale(2, 2)
  guardCanvas(ctx)
  ctx.fillRect(0, 0, 20, 10)
  canvas.height = 20
  expect(ctx.getImageData(0, 0, 1, 1).data[3]).toBe(0)
  ctx.fillRect(19, 9, 1, 1)
  expect(ctx.getImageData(39, 19, 1, 1).data[3]).toBe(255)
})

test('a picture begins with a font that is the same on every machine', () => {
  drawCanvas({ width: 10, height: 10, scale: 1, format: 'png', quality: 1 }, (ctx) => {
    expect(ctx.font).toBe('10px Inter')
  })
})
