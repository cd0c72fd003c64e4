import { describe, expect, test } from 'vitest'
import type { PublicError } from '../../src/errors.ts'
import type { Format } from '../../src/picture/frame.ts'
import { defineWidget } from '../../src/widget/define-widget.ts'
import { type Look, lookKey, parseLook, toStillLook } from '../../src/widget/look.ts'
import { deviceOf } from '../../src/widget/look-device.ts'
import { isReservedParam, LOOK_NAMES, lookSpecs, plainLookValues } from '../../src/widget/look-table.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import { param } from '../../src/widget/param.ts'
import type { Widget } from '../../src/widget/widget.ts'
import { DEVICE_NAMES, noDevice } from '../support/looks.ts'

const rich = manifest({
  title: 'Rich',
  size: { width: { min: 10, max: 4000, default: 200 }, height: { min: 10, max: 4000, default: 50 } },
  params: {
    label: param.text('hello'),
    color: param.color('#ff8800'),
    count: param.choice(['visitors', 'connections']),
    bold: param.boolean(),
    every: param.duration(2000),
  },
  animate: { fps: 10 },
  draw() {},
})
const looping = manifest({
  title: 'Looping',
  size: { width: 40, height: 20 },
  animate: { fps: 10, loop: 1000 },
  draw() {},
})
const ranged = manifest({
  title: 'Ranged',
  size: { width: 40, height: 20 },
  params: {
    min: param.number(0),
    max: param.number(100, { unlike: 'min' }),
    low: param.optionalNumber(),
    high: param.optionalNumber({ above: 'low' }),
  },
  draw() {},
})
const fixed = manifest({ title: 'Fixed', size: { width: 40, height: 20 }, draw() {} })

function manifest(widget: Partial<Widget>) {
  return toManifest('it', '/it.mjs', defineWidget(widget as Widget))
}

function look(query: string, format: Format = 'png', of = rich): Look {
  return parseLook(of, format, new URLSearchParams(query))
}

function faultsOf(query: string, of = rich): PublicError {
  try {
    look(query, 'png', of)
  } catch (error) {
    return error as PublicError
  }
  throw new Error(`expected ${query} to be wrong`)
}

describe('a look', () => {
  test('has every default without a query', () => {
    expect(look('')).toEqual({
      format: 'png',
      width: 200,
      height: 50,
      scale: 1,
      quality: 85,
      fps: 10,
      animate: 'push',
      ...noDevice,
      params: { label: 'hello', color: '#ff8800', count: 'visitors', bold: false, every: 2000 },
    })
  })

  test('has the values of the query', () => {
    const query = 'width=300&height=60&scale=2.5&quality=40&fps=5&label=a+b&color=Tomato&bold&every=1m'
    expect(look(query, 'jpeg')).toMatchObject({
      ...{ format: 'jpeg', width: 300, height: 60, scale: 2.5, quality: 40, fps: 5 },
      params: { label: 'a b', color: 'tomato', count: 'visitors', bold: true, every: 60_000 },
    })
  })

  test('of a widget of fixed size ignores lengths, and fps if nothing moves', () => {
    const query = 'width=999&height=banana&fps=99'
    expect(look(query, 'png', fixed)).toMatchObject({ width: 40, height: 20, fps: 0 })
    expect(Object.keys(lookSpecs(fixed))).toEqual(['scale', 'quality', ...DEVICE_NAMES])
  })

  test('takes the last value of a repeated name', () => {
    expect(look('width=100&width=120').width).toBe(120)
    expect(look('width=banana&width=120').width).toBe(120)
  })
})

describe('equal looks have one key', () => {
  test.each([
    ['in another order', 'width=300&label=x&scale=2', 'scale=2&width=300&label=x'],
    ['with the defaults written out', '', 'width=200&height=50&scale=1&fps=10&label=hello&count=visitors'],
    ['with the widget’s own defaults written out', '', 'color=ff8800&bold=false&every=2s'],
    ['with cache busters', 'width=300', 'width=300&t=123&_=9&utm_source=x'],
    ['with Firefox’s v', 'width=300', 'v=abc&width=300'],
    ['with the way of delivery', '', 'delivery=stream'],
    ['with a name that no widget has', '', '__proto__=1&constructor=2&Width=300'],
    ['with numbers spelled otherwise', 'width=300&scale=2', 'width=0300.0&scale=%2B2.00'],
    ['with colours spelled otherwise', 'color=FF0000', 'color=%23ff0000'],
    ['with times spelled otherwise', 'every=1m', 'every=60s'],
    ['with booleans spelled otherwise', 'bold', 'bold=yes'],
    ['with an earlier value overruled', 'label=b', 'label=a&label=b'],
    ['with the spaces of forms', 'label=a+b', 'label=a%20b'],
    ['with a quality that a PNG has not', '', 'quality=10'],
  ])('%s: ?%s and ?%s', (_how, one, other) => {
    expect(lookKey(look(one))).toBe(lookKey(look(other)))
  })

  test('with a default that its author spelled otherwise', () => {
    for (const color of ['#FF8800', 'ff8800', 'FF8800']) {
      const widget = manifest({
        title: 'It',
        size: { width: 1, height: 1 },
        params: { color: param.color(color) },
        draw() {},
      })
      expect(look('', 'png', widget).params).toEqual({ color: '#ff8800' })
      expect(lookKey(look('', 'png', widget))).toBe(lookKey(look('color=ff8800', 'png', widget)))
    }
  })

  test.each(['width=201', 'height=51', 'scale=2', 'fps=9', 'label=Hello', 'color=red', 'bold', 'every=3s'])(
    'and ?%s is another look',
    (query) => {
      expect(lookKey(look(query))).not.toBe(lookKey(look('')))
    },
  )

  test('and each format and each JPEG quality has its own look', () => {
    const looks = [
      look(''),
      look('', 'jpeg'),
      look('', 'webp'),
      look('quality=84', 'jpeg'),
      look('quality=84', 'webp'),
    ]
    expect(new Set(looks.map(lookKey)).size).toBe(5)
    expect(lookKey(look('quality=85', 'jpeg'))).toBe(lookKey(look('', 'jpeg')))
  })

  test('and no value can pass for another parameter’s', () => {
    const keys = ['label=a%22,%22count%22:%22x', 'label=a'].map((query) => lookKey(look(query)))
    expect(keys[0]).not.toBe(keys[1])
  })
})

describe('a wrong look', () => {
  test.each([
    ['width=9', 'width', 'expected a whole number from 10 to 4000, got "9"'],
    ['width=10.5', 'width', 'expected a whole number from 10 to 4000, got "10.5"'],
    ['height=', 'height', 'expected a whole number from 10 to 4000, got ""'],
    ['scale=0.5', 'scale', 'expected a number from 1 to 3, got "0.5"'],
    ['scale=4', 'scale', 'expected a number from 1 to 3, got "4"'],
    ['fps=fast', 'fps', 'expected a number from 1 to 30, got "fast"'],
    ['fps=31', 'fps', 'expected a number from 1 to 30, got "31"'],
    ['quality=0', 'quality', 'expected a whole number from 1 to 100, got "0"'],
    ['quality=101', 'quality', 'expected a whole number from 1 to 100, got "101"'],
    ['count=people', 'count', 'expected one of visitors, connections, got "people"'],
    ['color=nope', 'color', 'expected a colour like ff8800 or tomato, got "nope"'],
    ['every=5', 'every', 'expected a time from 1ms to 1d, got "5"'],
    [
      'width=4000&height=4000&scale=2',
      'scale',
      'expected at most 16 million pixels in all, got 4000x4000 times 2',
    ],
  ])('?%s names %s: %s', (query, name, detail) => {
    expect(faultsOf(query)).toMatchObject({
      status: 400,
      code: 'bad-parameter',
      caption: `${name}: ${detail.replace(/, got .*/, '')}`,
      message: `${name}: ${detail}`,
      faults: [{ name, detail }],
    })
  })

  test.each([
    [
      'min=5&max=5',
      [
        'max: expected a number other than min (5), got 5',
        'min: expected a number other than max (5), got 5',
      ],
    ],
    ['min=100', ['min: expected a number other than max (100), got 100']],
    ['max=0', ['max: expected a number other than min (0), got 0']],
    [
      'low=2&high=1',
      ['high: expected a number above low (2), got 1', 'low: expected a number below high (1), got 2'],
    ],
  ])('?%s names the ends of a range that is none', (query, faults) => {
    const { status, message } = faultsOf(query, ranged)
    expect([status, message]).toEqual([400, faults.join('; ')])
  })

  test.each(['', 'min=-5&max=-9', 'low=500', 'high=-500'])('?%s is a range', (query) => {
    expect(() => look(query, 'png', ranged)).not.toThrow()
  })

  test('with several faults shows the first and reports all', () => {
    const error = faultsOf('width=1&count=people&scale=9')
    expect(error.faults.map(({ name }) => name).sort()).toEqual(['count', 'scale', 'width'])
    expect(error.caption).toMatch(/ \(and 2 more\)$/)
    for (const { name, detail } of error.faults) expect(error.message).toContain(`${name}: ${detail}`)
  })

  test('does not begin at just the most pixels there may be', () => {
    expect(look('width=4000&height=4000')).toMatchObject({ width: 4000, height: 4000 })
  })
})

describe('animate', () => {
  const keyOf = (query: string, format: Format = 'png', of = looping) => lookKey(look(query, format, of))

  test.each(['push', 'loop', 'off'])(
    '%s is accepted if the picture repeats, and ignored otherwise',
    (animate) => {
      expect(look(`animate=${animate}`, 'png', looping).animate).toBe(animate)
      expect(look(`animate=${animate}`).animate).toBe('push')
      expect(lookSpecs(rich)).not.toHaveProperty('animate')
    },
  )

  test('means nothing to a GIF and an SVG: one channel', () => {
    for (const format of ['gif', 'svg'] as const)
      expect(keyOf('animate=loop', format)).toBe(keyOf('', format))
  })

  test('is one channel for a still and for one animated part', () => {
    const still = toStillLook(looping, look('', 'png', looping))
    expect(lookKey(still)).toBe(keyOf('animate=loop'))
    expect(toStillLook(looping, look('animate=off', 'png', looping)).animate).toBe('off')
    expect(toStillLook(looping, look('', 'webp', looping)).animate).toBe('push')
    expect(toStillLook(rich, look('')).animate).toBe('push')
    expect(toStillLook(looping, look('animate=off', 'gif', looping)).animate).toBe('off')
  })

  test.each<Format>(['jpeg', 'webp'])(
    'loop is wrong for %s, and the error names the valid values',
    (format) => {
      expect(() => look('animate=loop', format, looping)).toThrow(
        expect.objectContaining({ status: 400, caption: expect.stringContaining('PNG (.png)') }),
      )
    },
  )
})

test('an SVG is one channel at every scale', () => {
  expect(lookKey(look('scale=3&quality=5&fps=3', 'svg'))).toBe(lookKey(look('', 'svg')))
})

describe('the table of look parameters', () => {
  test.each(LOOK_NAMES)('makes %s a part of a look’s identity, and a name that no widget can use', (name) => {
    const plain = look('')
    const other = typeof plain[name] === 'number' ? plain[name] + 1 : 'off'
    expect(lookKey({ ...plain, [name]: other })).not.toBe(lookKey(plain))
    expect(isReservedParam(name)).toBe(true)
  })

  test('has every field of a look, except its format and the widget’s own parameters', () => {
    expect(Object.keys(look('')).sort()).toEqual([...LOOK_NAMES, 'format', 'params'].sort())
    expect(plainLookValues(fixed)).toEqual({
      width: 40,
      height: 20,
      scale: 1,
      fps: 0,
      animate: 'push',
      quality: 85,
      ...noDevice,
    })
  })

  test('lists for a format only the parameters that change its pictures', () => {
    const device = DEVICE_NAMES
    expect(Object.keys(lookSpecs(looping, 'png'))).toEqual(['scale', 'fps', 'animate', ...device])
    expect(Object.keys(lookSpecs(looping, 'jpeg'))).toEqual(['scale', 'fps', 'animate', 'quality', ...device])
    expect(Object.keys(lookSpecs(looping, 'webp'))).toEqual(['scale', 'fps', 'animate', 'quality'])
    expect(lookSpecs(looping, 'svg')).toEqual({})
  })
})

describe('a small device', () => {
  test('has the values of the query, in one spelling', () => {
    const query = 'bits=4&dither=atkinson&colors=FFF,black,rgb(255,0,0)&palette=eee,222,c33&rotate=90&invert'
    expect(look(query, 'bmp')).toMatchObject({
      ...{ bits: '4', dither: 'atkinson', rotate: '90', invert: true },
      ...{ colors: 'ffffff,000000,ff0000', palette: 'eeeeee,222222,cc3333' },
    })
    expect(deviceOf(look(query, 'bmp'))).toEqual({
      ...{ bits: 4, dither: 'atkinson', rotate: 90, invert: true },
      ...{ colors: ['ffffff', '000000', 'ff0000'], palette: ['eeeeee', '222222', 'cc3333'] },
    })
  })

  test.each<Format>(['webp', 'gif', 'svg'])('means nothing to %s: one channel', (format) => {
    const query = 'bits=1&dither=stucki&colors=000,fff&rotate=90&invert'
    expect(lookKey(look(query, format))).toBe(lookKey(look('', format)))
    expect(deviceOf(look(query, format))).toBeUndefined()
  })

  test('is none if only a dither is named, since full colour needs none', () => {
    expect(lookKey(look('dither=stucki'))).toBe(lookKey(look('')))
    expect(deviceOf(look(''))).toBeUndefined()
    expect(deviceOf(look('', 'bmp'))).toMatchObject({ bits: undefined, rotate: 0 })
  })

  test('gets one frame of a looping picture', () => {
    expect(toStillLook(looping, look('bits=1', 'png', looping)).animate).toBe('push')
  })

  test.each([
    ['bits=3', 'bits: expected one of auto, 1, 2, 4, 8, got "3"'],
    ['dither=bayer', 'dither: expected one of none, floyd-steinberg, atkinson, stucki'],
    ['rotate=45', 'rotate: expected one of 0, 90, 180, 270'],
    [
      'colors=000',
      'colors: expected 2 to 8 colours with commas between, like 000000,ffffff,ff0000, got "000"',
    ],
    ['colors=000,nosuch', 'colors: expected 2 to 8 colours'],
    ['colors=0,1,2,3,4,5,6,7,8', 'colors: expected 2 to 8 colours'],
    ['colors=000,fff&palette=000,fff,f00', 'palette: expected as many colours as in colors, 2, got 3'],
    ['palette=000,fff', 'palette: expected as many colours as in colors, 0, got 2'],
    ['colors=000,black', 'colors: expected different colours, got 000000 twice'],
    ['colors=000,fff,f00&palette=222,ddd,222222', 'palette: expected different colours, got 222222 twice'],
    ['colors=000,fff,f00&bits=1', 'bits: expected at least 2 for 3 colours, got 1'],
    ['animate=loop&bits=1', 'animate: expected push or off for a picture with bits'],
    ['width=500&height=500&scale=3&bits=1', undefined],
  ])('%s says what is wrong', (query, detail) => {
    const read = () => look(query, 'png', looping)
    if (detail === undefined) expect(read).not.toThrow()
    else
      expect(read).toThrow(expect.objectContaining({ status: 400, message: expect.stringContaining(detail) }))
  })
})
