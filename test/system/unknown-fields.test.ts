import { expect, test } from 'vitest'
import { checkOptions } from '../../src/system/unknown-fields.ts'

test('options with known names are right', () => {
  checkOptions('drawText', {}, ['size'])
  checkOptions('drawText', { size: 5 }, ['size', 'color'])
})

test.each<[unknown, string]>([
  [{ colour: 'red' }, 'drawText: unknown option `colour`, did you mean `color`?'],
  [{ indent: 1 }, 'drawText: unknown option `indent`, expected size, color'],
  [{ siez: 1, colr: 2 }, 'unknown option `siez`, did you mean `size`?; unknown option `colr`'],
  [undefined, 'drawText: expected the options { size, color }, got nothing'],
  [12, 'drawText: expected the options { size, color }, got 12'],
  [[1], 'drawText: expected the options { size, color }, got [1]'],
])('options %o: %s', (given, message) => {
  const check = () => checkOptions('drawText', given, ['size', 'color'])
  expect(check).toThrow(TypeError)
  expect(check).toThrow(message)
})
