import type { SKRSContext2D } from '@napi-rs/canvas'
import { Resvg } from '@resvg/resvg-js'
import { describe, expect, test } from 'vitest'
import { compare, decode } from '../../src/picture/compare.ts'
import { paint, type Sheet } from '../../src/picture/encode.ts'
import { paintSvg } from '../../src/picture/svg.ts'
import { compactPath } from '../../src/picture/svg-path.ts'

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
      /^<svg xmlns="[^"]+" xmlns:xlink="[^"]+" width="60" height="40" viewBox="0 0 60 40" role="img">/,
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
    const more: Draw = (ctx) => {
      fill('blue')(ctx)
      ctx.strokeRect(5, 5, 9, 9)
    }
    const svg = write(fill('red'), more)
    expect(svg).toContain('@media (prefers-color-scheme:dark)')
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.length).toBeGreaterThan(1)
    expect(new Set(ids).size).toBe(ids.length)
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

  test('of an empty drawing is empty', () => {
    expect(write(() => {})).toMatch(/viewBox="0 0 60 40" role="img"><\/svg>\n$/)
  })

  test('is refused if it is too large', () => {
    expect(() => paintSvg({ ...SHEET, width: 9000, height: 9000 }, [fill('red')])).toThrow(RangeError)
  })
})

describe('an SVG for every page', () => {
  const word: Draw = (ctx) => {
    ctx.font = '600 14px Inter'
    ctx.fillText('words', 4, 20)
  }
  const inked =
    (color: string, draw: Draw): Draw =>
    (ctx) => {
      ctx.fillStyle = color
      draw(ctx)
    }

  test('writes shapes that differ in their colours once', () => {
    const svg = write(inked('#121314', word), inked('#e1e2e3', word))
    expect(svg.match(/<path /g)).toHaveLength(write(word).match(/<path /g)?.length as number)
    expect(svg).toContain('fill="#121314"')
    expect(svg).toMatch(/@media \(prefers-color-scheme:dark\)\{\.\w+\{fill:#E1E2E3\}\}/i)
  })

  test('shares no id with another picture in the same page', () => {
    const names = [fill('red'), fill('green')].map((light) => {
      const svg = write(light, fill('blue'))
      return [...svg.matchAll(/ (?:id|class)="([^"]+)"/g)].map(([, name]) => name)
    })
    expect(names.flat().length).toBeGreaterThan(3)
    expect(names[0]?.filter((name) => names[1]?.includes(name))).toEqual([])
  })

  test('has a title for screen readers, and none of its characters ends it', () => {
    const svg = paintSvg({ ...SHEET, title: 'a <b> & "c"\u0007' }, [word]).bytes.toString()
    expect(svg).toContain(
      'role="img" aria-label="a &lt;b> &amp; &quot;c&quot;"><title>a &lt;b> &amp; &quot;c&quot;</title>',
    )
  })

  test('has an image for a text with emoji, which have no outlines', () => {
    const svg = write((ctx) => {
      ctx.font = '500 14px Inter'
      ctx.fillText('tea 🍵', 2, 20)
      ctx.fillText('coffee', 2, 38)
    })
    expect(svg.match(/<image /g)).toHaveLength(1)
    expect(svg).toContain('<path ')
  })

  test('is a few bytes for each corner and letter', () => {
    const svg = write((ctx) => {
      ctx.beginPath()
      ctx.roundRect(2, 2, 50, 30, 8)
      ctx.arc(20, 20, 9, 0, Math.PI * 2)
      ctx.fill()
      word(ctx)
    })
    expect(svg.length).toBeLessThan(2500)
  })

  test('draws corners and circles like a canvas', async () => {
    const draw: Draw = (ctx) => {
      ctx.fillStyle = '#336699'
      ctx.beginPath()
      ctx.roundRect(2, 2, 36, 30, 8)
      ctx.fill()
      ctx.beginPath()
      ctx.arc(48, 20, 9, 1, 5.5)
      ctx.fill()
    }
    const size = { width: 60, height: 40 }
    const drawn = new Resvg(write(draw), { fitTo: { mode: 'width', value: 180 } }).render().asPng()
    const canvas = paint({ ...size, scale: 3, format: 'png', quality: 1 }, draw).bytes
    const [one, other] = await Promise.all([decode(drawn), decode(canvas)])
    expect(compare(one, other).share).toBeLessThan(0.002)
  })
})

describe('path data', () => {
  test.each([
    ['M1 2L3 4L3 2Z', 'M1 2l2 2l0-2z'],
    ['M10.1234 10Q10.2 10.3 11 12C1 2 3 4 5 6', 'M10.12 10q.08 .3 .88 2c-10-10-8-8-6-6'],
    ['M1 1H5V9ZM2 2L3 3', 'M1 1h4v8zm1 1l1 1'],
    ['M1 1A2 2 0 0 1 3 3', 'M1 1A2 2 0 0 1 3 3'],
  ])('%s becomes %s', (data, compact) => {
    expect(compactPath(data)).toBe(compact)
  })
})
