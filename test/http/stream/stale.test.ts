import { expect, test } from 'vitest'
import { parseStale, readStale } from '../../../src/http/stream/stale.ts'
import { staleTimes } from '../../../src/http/stream/stale-times.ts'
import type { StreamDelivery } from '../../../src/http/stream/streams.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'

const rests = { fps: undefined, loops: false } as Manifest
const moves = { fps: 10, loops: true } as Manifest
const delivery = {
  kind: 'stream',
  format: 'png',
  framing: 'browser',
  eager: false,
  redirect: false,
  isOptional: false,
} as const
const allColors = { bits: 'auto', colors: '' } as const
const read = (search: string, manifest = rests, more: Partial<StreamDelivery> = {}) =>
  readStale(new URLSearchParams(search), manifest, { ...delivery, ...more }, allColors)

test('a picture that rests or counts marks itself as stale after 20 s, and one that moves never', () => {
  expect([read(''), read('', moves)]).toEqual([20_000, 0])
})

test.each([
  ['stale=off', 0],
  ['stale=20s', 20_000],
  ['stale=5m', 300_000],
  ['stale=off&stale=1m', 60_000],
])('%s', (search, delay) => {
  expect([read(search), read(search, moves)]).toEqual([delay, delay])
})

test.each(['stale=', 'stale=on', 'stale=19s', 'stale=301s', 'stale=20', 'stale=-1s'])(
  '%s is refused',
  (search) => {
    const fault = /^stale: expected off, or a time from 20s to 5m, got /
    expect(() => read(search)).toThrow(fault)
    expect(() => read(search, rests, { framing: 'machine' })).toThrow(fault)
    expect(() => parseStale(new URLSearchParams(search))).toThrow(fault)
  },
)

test.each(['jpeg', 'webp'] as const)('%s cannot mark itself, says so, and does not by default', (format) => {
  expect(() => read('stale=1m', rests, { format })).toThrow(/^stale: expected a PNG \(\.png\)/)
  expect(read('', rests, { format })).toBe(0)
  expect(read('stale=off', rests, { format })).toBe(0)
})

test.each([
  { ...allColors, bits: '4' },
  { ...allColors, colors: '#000000,#ffffff' },
] as const)('a PNG with few colours cannot mark itself, says so, and does not by default: %o', (look) => {
  const readIt = (search: string) => readStale(new URLSearchParams(search), rests, delivery, look)
  expect(() => readIt('stale=1m')).toThrow(/^stale: expected a PNG of all colours .*, got bits or colors$/)
  expect([readIt(''), readIt('stale=off')]).toEqual([0, 0])
})

test('machine framing has no mark', () => {
  expect(read('stale=1m', rests, { format: 'jpeg', framing: 'machine' })).toBe(0)
})

test.each([
  ['the default, the shortest', 20_000, 15_000, 20_000, 15_000],
  ['the longest', 300_000, 15_000, 300_000, 15_000],
  ['a longer heartbeat', 20_000, 30_000, 40_000, 30_000],
])(
  '%s: a whole part is sent again a good while before the mark would show',
  (_, stale, heartbeat, delay, refresh) => {
    expect(staleTimes(stale, heartbeat)).toEqual({ delay, refresh })
  },
)
