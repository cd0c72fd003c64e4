import { expect, test } from 'vitest'
import { formatDate, formatNumber, formatRelative, readLocale } from '../../src/widget/locale.ts'
import { param, parseParam } from '../../src/widget/param.ts'

const NOON = Date.UTC(2026, 0, 1, 12)

test.each([
  ['de', 'de'],
  ['PT_br', 'pt-BR'],
  [' en-gb ', 'en-GB'],
  ['tlh-not a language', undefined],
  ['', undefined],
])('%j is the language %j', (raw, locale) => {
  expect(readLocale(raw)).toBe(locale)
})

test('a parameter takes a language, and names the form of one', () => {
  const { spec } = param.locale('de')
  expect(parseParam(spec, 'fr-ca')).toBe('fr-CA')
  expect(() => parseParam(spec, '?')).toThrow('expected a language like de or pt-BR, got "?"')
})

test('numbers, units and dates are written as people of a language do', () => {
  expect(formatNumber(1234.5, 'de')).toBe('1.234,5')
  expect(formatNumber(21.5, 'en', { style: 'unit', unit: 'celsius' })).toBe('21.5°C')
  expect(formatNumber(12_345, 'en', { notation: 'compact' })).toBe('12K')
  expect(formatDate(NOON, 'de', { dateStyle: 'long' })).toBe('1. Januar 2026')
  expect(formatDate(NOON, 'en', { timeStyle: 'short', timeZone: 'Asia/Tokyo' })).toMatch(/^9:00\sPM$/)
})

test.each([
  [-300_000, '5 minutes ago'],
  [86_400_000, 'tomorrow'],
  [-500, 'now'],
  [45 * 86_400_000, 'next month'],
])('%i ms from now is %s', (distance, words) => {
  expect(formatRelative(distance)).toBe(words)
})
