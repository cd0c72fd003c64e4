import { describe, expect, it } from 'vitest'
import { blend, contrast, readableColor } from '../../src/picture/contrast.ts'

describe('the contrast of two colours', () => {
  // https://www.w3.org/WAI/WCAG22/Techniques/general/G18 and its examples.
  it.each([
    ['black', 'white', 21],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
    ['#0d1117', '#f0f6fc', 17.37],
    ['red', 'red', 1],
  ])('of %s and %s is %f', (one, other, expected) => {
    expect(contrast(one === 'red' ? '#ff0000' : one, other === 'red' ? '#ff0000' : other)).toBeCloseTo(
      expected,
      1,
    )
    expect(contrast(other, one)).toBe(contrast(one, other))
  })
})

describe('a readable colour', () => {
  it('is the colour itself if that is readable', () => {
    expect(readableColor('#0969da', ['#ffffff'])).toBe('#0969da')
  })

  it.each(['#ffffff', '#fffbe6', '#ff0000', '#808080', '#0d1117', '#000000', '#00ff00'])(
    'is found on %s',
    (ground) => {
      for (const color of ['#3fb950', '#0969da', '#ff5a52', '#767b81', ground])
        expect(contrast(readableColor(color, [ground]), ground)).toBeGreaterThanOrEqual(4.5)
    },
  )

  it('suits a white page and a black one at once', () => {
    for (const color of ['#3fb950', '#0969da', '#ff5a52', '#767b81', '#f0f6fc']) {
      const found = readableColor(color, ['#ffffff', '#000000'])
      for (const page of ['#ffffff', '#000000']) expect(contrast(found, page)).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('is the best possible if none is good enough', () => {
    expect(contrast(readableColor('#808080', ['#777777'], 10), '#777777')).toBeCloseTo(4.69, 1)
  })
})

describe('a translucent colour', () => {
  it('is readable by what it shows on the ground', () => {
    expect(readableColor('#000000cc', ['#ffffff'])).toBe('#000000cc')
    const found = readableColor('#00000033', ['#ffffff'])
    expect(contrast(found, '#ffffff')).toBeGreaterThanOrEqual(4.5)
  })

  it('shows the ground through', () => {
    expect(blend('#ff000080', '#ffffff')).toBe('#ff8080')
    expect(blend('transparent', '#0d1117')).toBe('#0d1117')
  })
})
