import { describe, expect, test } from 'vitest'
import { Mistake } from '../../../src/render/host/mistake.ts'
import { pictureSize, TooLargeError } from '../../../src/render/host/picture-size.ts'
import type { Look } from '../../../src/widget/look.ts'
import { toManifest } from '../../../src/widget/manifest.ts'
import type { Size, Widget } from '../../../src/widget/widget.ts'

const scope = { params: {}, data: undefined, room: 'mine/main', key: 'main', pictures: [] }

function sizeOf(returned: unknown, scale = 1): Size {
  const widget: Widget = { title: 'Mine', size: () => returned as Size, draw() {} }
  const loaded = { widget, manifest: toManifest('mine', '/mine.mjs', widget) }
  return pictureSize(loaded, { width: 160, height: 40, scale } as Look, scope)
}

describe('the size of a picture', () => {
  test('is that of the look if the widget has no function for it', () => {
    const widget: Widget = { title: 'Mine', size: { width: 1, height: 1 }, draw() {} }
    const loaded = { widget, manifest: toManifest('mine', '/mine.mjs', widget) }
    expect(pictureSize(loaded, { width: 70, height: 9, scale: 1 } as Look, scope)).toEqual({
      width: 70,
      height: 9,
    })
  })

  test.each([
    [
      { width: 20, height: 10 },
      { width: 20, height: 10 },
    ],
    [
      { width: 20.2, height: 0.5 },
      { width: 21, height: 1 },
    ],
    [
      { width: 4096, height: 1 },
      { width: 4096, height: 1 },
    ],
  ])('of %o is %o: whole pixels', (returned, size) => {
    expect(sizeOf(returned)).toEqual(size)
  })

  test.each([
    [{ width: Number.NaN, height: 10 }, 'returned NaN x 10 from `size`'],
    [{ width: 0, height: 10 }, 'returned 0 x 10 from `size`'],
    [{ width: 10, height: -5 }, 'returned 10 x -5 from `size`'],
    [
      { width: '10', height: 5 },
      'returned "10" x 5 from `size`: expected { width, height } from 1 to 4096 pixels',
    ],
    [{ widht: 10, height: 5 }, 'from `size`: unknown field `widht`, did you mean `width`?'],
    [null, 'returned undefined x undefined from `size`'],
    [{ width: { secret: 1 }, height: 5 }, 'returned no number x 5 from `size`: expected'],
    [undefined, 'returned undefined x undefined from `size`'],
    [Promise.resolve({ width: 1, height: 1 }), 'returned a promise from `size`'],
  ])('of %o is a mistake of its author', (returned, message) => {
    expect(() => sizeOf(returned)).toThrow(Mistake)
    expect(() => sizeOf(returned)).toThrow(message)
  })

  test.each([
    [{ width: 4097, height: 1 }, 1],
    [{ width: 1, height: Number.POSITIVE_INFINITY }, 1],
    [{ width: 4096, height: 4096 }, 1],
    [{ width: 2048, height: 2048 }, 3],
  ])('of %o at scale %i is too large', (returned, scale) => {
    expect(() => sizeOf(returned, scale)).toThrow(TooLargeError)
  })
})
