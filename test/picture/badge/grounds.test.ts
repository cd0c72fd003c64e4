import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import type { Badge } from '../../../src/picture/badge/badge.ts'
import { badgeSize, badgeSvg } from '../../../src/picture/badge/badge-svg.ts'
import { drawBadge } from '../../../src/picture/badge/draw-badge.ts'
import { findMessage, Grounds } from '../../../src/picture/badge/grounds.ts'
import { registerFonts } from '../../../src/picture/fonts.ts'

registerFonts()

const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const
const LOGO =
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCIgZmlsbD0iI2ZmZiI+PHBhdGggZD0iTTAgMGgyNHYyNEgweiIvPjwvc3ZnPg=='

function pixelsOf(badge: Badge, scale: number, isWhole: boolean): Buffer {
  const svg = badgeSvg(badge)
  const { width, height } = badgeSize(svg)
  const canvas = createCanvas(width * scale, height * scale)
  const ctx = canvas.getContext('2d')
  // As an SVG canvas has it, on which no ground is used.
  if (isWhole) Object.assign(canvas, { getContent: () => '' })
  ctx.scale(scale, scale)
  drawBadge(ctx, svg)
  // Premultiplied: the colour of a pixel that is hardly there means nothing.
  return Buffer.from(canvas.data())
}

describe('a badge on the ground of an earlier one', () => {
  test.each(STYLES)('has the pixels of one that is drawn whole, in %s', (style) => {
    for (const scale of [1, 2, 3])
      for (const more of [
        {},
        { label: '' },
        { logo: LOGO },
        { links: ['https://a.example/', 'https://b.example/'] },
        { color: 'rgba(0, 0, 0, .5)' },
      ])
        for (const message of ['41', '42', 'سلام', '']) {
          const badge: Badge = { label: 'build', message, color: 'blue', style, ...more }
          const [whole, inParts] = [pixelsOf(badge, scale, true), pixelsOf(badge, scale, false)]
          expect(inParts.length).toBe(whole.length)
          const isNear = whole.every((value, at) => Math.abs(value - (inParts[at] as number)) <= 1)
          expect(isNear, JSON.stringify(badge)).toBe(true)
        }
  })

  test.each(STYLES)('draws the message alone, in %s', (style) => {
    for (const links of [[], ['https://a.example/', 'https://b.example/']]) {
      const svg = badgeSvg({ label: 'label', message: 'words', style, links })
      const rest = svg.slice(findMessage(svg))
      expect(rest).toMatch(/^<(?:text|g transform="scale\(\.1\)")/)
      expect(new Set(Array.from(rest.matchAll(/>([^<]+)</g), ([, text]) => text?.toLowerCase()))).toEqual(
        new Set(['words']),
      )
      const before = svg.slice(svg.indexOf('</title>') + 1, findMessage(svg))
      expect(before.toLowerCase()).not.toContain('words')
    }
  })
})

test('drawing a badge leaves the state of the context as it was', () => {
  const ctx = createCanvas(200, 20).getContext('2d')
  const state = () => [
    ctx.fillStyle,
    ctx.font,
    ctx.letterSpacing,
    ctx.shadowColor,
    ctx.shadowBlur,
    ctx.shadowOffsetX,
  ]
  const before = state()
  for (const style of STYLES) drawBadge(ctx, badgeSvg({ label: 'build', message: 'passing', style }))
  expect(state()).toEqual(before)
})

describe('the kept grounds', () => {
  const svgOf = (label: string, message = 'a') => badgeSvg({ label, message })
  const fill = (color: string) => (ctx: SKRSContext2D) => {
    ctx.fillStyle = color
    ctx.fillRect(0, 0, 100, 100)
    return []
  }
  const size = { width: 100, height: 20, scale: 1 }
  const get = (grounds: Grounds, svg: string, color = 'red', of = size) =>
    grounds.get(svg, findMessage(svg), of, fill(color))

  test('are shared by badges that differ in their messages alone', () => {
    const grounds = new Grounds()
    const first = get(grounds, svgOf('build', '41'))
    expect(get(grounds, svgOf('build', '42'), 'green')).toBe(first)
    expect(get(grounds, svgOf('built', '42'), 'green')).not.toBe(first)
    expect(get(grounds, svgOf('build', '42'), 'green', { ...size, scale: 2 })).not.toBe(first)
  })

  test('take the memory of some hundred badges at most, however many labels there are', () => {
    const grounds = new Grounds()
    const canvases = new Set(
      Array.from({ length: 1_000 }, (_, index) => get(grounds, svgOf(`label ${index}`))?.canvas),
    )
    expect(canvases.size).toBeLessThan(130)
    expect(canvases.size).toBeGreaterThan(50)
  })

  test('are drawn on again without a change to pictures that show them', () => {
    const grounds = new Grounds()
    const ground = get(grounds, svgOf('first'), 'red')
    if (!ground) throw new Error('expected a ground')
    const ctx = createCanvas(100, 20).getContext('2d')
    ctx.drawImage(ground.canvas, 0, 0)
    for (let index = 0; index < 300; index += 1) get(grounds, svgOf(`label ${index}`), 'blue')
    expect([...ctx.getImageData(50, 10, 1, 1).data]).toEqual([255, 0, 0, 255])
  })

  test('have no badge with a long logo, and none that is large', () => {
    const grounds = new Grounds()
    const svg = badgeSvg({ label: 'a', message: 'b', logo: `${LOGO}${'A'.repeat(9_000)}` })
    expect(get(grounds, svg)).toBeUndefined()
    expect(get(grounds, svgOf('a'), 'red', { width: 3_000, height: 60, scale: 3 })).toBeUndefined()
    expect(get(grounds, svgOf('a'), 'red', { width: -100, height: -20, scale: -1 })).toBeUndefined()
  })
})
