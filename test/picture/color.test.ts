import { createCanvas } from '@napi-rs/canvas'
import { makeBadge } from 'badge-maker'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brightness, parseColor, readColor } from '../../src/picture/color.ts'

describe('a colour', () => {
  test.each([
    ['ff8800', '#ff8800'],
    ['#FF8800', '#ff8800'],
    ['f80', '#ff8800'],
    ['#f808', '#ff880088'],
    ['ff880080', '#ff880080'],
    ['FF8800FF', '#ff8800'],
    ['Tomato', 'tomato'],
    ['rebeccapurple', 'rebeccapurple'],
    ['transparent', 'transparent'],
    ['facade', '#facade'],
    ['rgb(255, 136, 0)', '#ff8800'],
    ['rgb(255 136 0)', '#ff8800'],
    ['rgb(100% 50% 0%)', '#ff8000'],
    ['rgba(255,136,0,.5)', '#ff880080'],
    ['rgb(255 136 0 / 50%)', '#ff880080'],
    ['hsl(120,50%,50%)', '#40bf40'],
    ['hsl(120deg 50% 50%)', '#40bf40'],
    ['hsla(120,50%,50%,0.5)', '#40bf4080'],
    ['HSL(0.5turn 50% 50% / .5)', '#40bfbf80'],
    [' tomato ', 'tomato'],
  ])('%s is read as %s', (text, expected) => {
    expect(parseColor(text)).toBe(expected)
  })

  test.each([
    'nosuch',
    '',
    '#',
    'ff',
    'ff88001',
    '##ff8800',
    '#tomato',
    'rgb(1,2)',
    'rgb(1,2 3)',
    'rgb(1,2,3',
    'rgb(1,2,3)x',
    'hsl(1,2,3)',
    'url(#a)',
    'constructor',
    'currentcolor',
    'inherit',
    `rgb(1,2,3)${' '.repeat(80)}`,
  ])('%o is none', (text) => {
    expect(parseColor(text)).toBeUndefined()
    expect(readColor(text)).toBeUndefined()
  })

  test.each(
    'brightgreen green yellow yellowgreen orange red blue grey gray lightgrey lightgray success important critical informational inactive'.split(
      ' ',
    ),
  )('%s is the one that badge-maker paints', (name) => {
    const fills = makeBadge({ label: 'a', message: 'b', style: 'flat-square', color: name }).match(
      /fill="#\w+"/g,
    )
    const painted = fills?.[1]?.slice(6, -1)
    expect(parseColor(name)).toBe(parseColor(painted ?? ''))
  })

  test('is painted in the value that is read', () => {
    const ctx = createCanvas(1, 1).getContext('2d')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom('tomato', 'navy', 'hsl(200 30% 40%)', 'brightgreen'),
          fc.nat(0xffffff).map((value) => value.toString(16).padStart(6, '0')),
        ),
        (text) => {
          ctx.fillStyle = parseColor(text) ?? ''
          ctx.fillRect(0, 0, 1, 1)
          expect([...ctx.getImageData(0, 0, 1, 1).data.slice(0, 3)]).toEqual(readColor(text)?.slice(0, 3))
        },
      ),
    )
  })

  test('has a brightness', () => {
    expect([brightness('black'), brightness('white'), brightness('nosuch')]).toEqual([0, 1, 0])
  })
})
