import type { SKRSContext2D } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import type { Sheet } from '../../src/picture/encode.ts'
import { paintSvg } from '../../src/picture/svg.ts'

const SHEET: Sheet = { width: 60, height: 40, scale: 3, format: 'svg', quality: 1 }
type Draw = (ctx: SKRSContext2D) => void

const write = (...draws: [Draw] | [Draw, Draw]): string => paintSvg(SHEET, draws).bytes.toString()
const fill =
  (color: string): Draw =>
  (ctx) => {
    const gradient = ctx.createLinearGradient(0, 0, 60, 0)
    gradient.addColorStop(0, color)
    gradient.addColorStop(1, 'black')
    ctx.fillStyle = gradient
    ctx.fillRect(0, 0, 60, 40)
  }

describe('an SVG', () => {
  test('has its size in CSS pixels', () => {
    expect(write(fill('red'))).toMatch(
      /^<svg xmlns="[^"]+" xmlns:xlink="[^"]+" width="60" height="40" viewBox="0 0 60 40">/,
    )
  })

  test('has its text as paths', () => {
    const svg = write((ctx) => {
      ctx.font = '600 14px Inter'
      ctx.fillText('words', 4, 20)
    })
    expect(svg).not.toContain('<text')
    expect(svg.match(/<path /g)?.length).toBeGreaterThan(0)
  })

  test('is the same bytes each time, though ids are counted on', () => {
    const clipped: Draw = (ctx) => {
      ctx.beginPath()
      ctx.arc(20, 20, 10, 0, 7)
      ctx.clip()
      fill('red')(ctx)
    }
    const [one, two] = [write(clipped), write(clipped)]
    expect(one).toBe(two)
    const [, id] = /clip-path="url\(#([^)]+)\)/.exec(one) ?? []
    expect(one).toContain(`<clipPath id="${id}"`)
  })

  test('has a radial gradient begin at its first circle', () => {
    const svg = write((ctx) => {
      const gradient = ctx.createRadialGradient(15, 16, 2, 20, 21, 18)
      gradient.addColorStop(0, 'red')
      gradient.addColorStop(1, 'blue')
      ctx.fillStyle = gradient
      ctx.fillRect(0, 0, 40, 40)
    })
    const tag = /<radialGradient[^>]*>/.exec(svg)?.[0]
    for (const part of ['fx="15"', 'fy="16"', 'fr="2"', 'cx="20"', 'cy="21"', ' r="18"'])
      expect(tag).toContain(part)
  })

  test('holds a drawing for light pages and one for dark, with ids of their own', () => {
    const svg = write(fill('red'), fill('blue'))
    expect(svg).toContain('@media (prefers-color-scheme:dark)')
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(2)
  })

  test('holds equal drawings once', () => {
    expect(write(fill('red'), fill('red'))).toBe(write(fill('red')))
  })

  test.each<[string, Draw]>([
    ['a composite operation', (ctx) => Object.assign(ctx, { globalCompositeOperation: 'destination-out' })],
    ['a filter', (ctx) => Object.assign(ctx, { filter: 'blur(2px)' })],
    ['a shadow', (ctx) => Object.assign(ctx, { shadowColor: 'black' })],
    ['clearRect', (ctx) => ctx.clearRect(5, 5, 10, 10)],
    ['pixels', (ctx) => ctx.putImageData(ctx.createImageData(2, 2), 0, 0)],
  ])('with %s holds a PNG of the drawing', (_what, go) => {
    const draw: Draw = (ctx) => {
      go(ctx)
      ctx.fillStyle = 'red'
      ctx.fillRect(10, 10, 20, 20)
    }
    expect(write(draw)).toMatch(
      /<image width="60" height="40" xlink:href="data:image\/png;base64,[^"]+"\/><\/svg>/,
    )
  })

  test('of nothing is empty', () => {
    expect(write(() => {})).toMatch(/viewBox="0 0 60 40"><\/svg>\n$/)
  })

  test('is refused where it is too large', () => {
    expect(() => paintSvg({ ...SHEET, width: 9000, height: 9000 }, [fill('red')])).toThrow(RangeError)
  })
})
