import { describe, expect, test } from 'vitest'
import type { StillPatience } from '../../../src/channel/still.ts'
import { kindOf, type StillRequest, StillWaits, toShowable } from '../../../src/http/picture/still-waits.ts'
import type { Format, Frame } from '../../../src/picture/frame.ts'
import { defineWidget } from '../../../src/widget/define-widget.ts'
import { parseLook } from '../../../src/widget/look.ts'
import { toManifest } from '../../../src/widget/manifest.ts'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36'
const GMAIL = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'

const CLOCK = toManifest(
  'clock',
  '/clock.mjs',
  defineWidget({ title: 'Clock', size: { width: 40, height: 20 }, draw() {} }),
)
const still = (more: Partial<StillRequest> = {}): StillRequest => ({
  ...{ headers: {}, network: 'one', kind: 'still' },
  ...more,
})
const patienceOf = (request: StillRequest) => new StillWaits().wait(request, async (patience) => patience)

describe('a still without an older picture waits', () => {
  test.each([
    ['for less than a second', {}, 900],
    ['for a proxy that poses as a browser', { headers: { 'user-agent': GMAIL } }, 900],
    [
      'for less than image proxies do, for the pictures within it or for a panel',
      { kind: 'patient' as const },
      2_500,
    ],
    ['longer for a browser', { headers: { 'user-agent': CHROME } }, 5_000],
  ])('%s', async (_, more, cold) => {
    expect(await patienceOf(still(more))).toEqual({ cold })
  })

  test('if few others do, of its network and in all; a place is free again after that', async () => {
    const waits = new StillWaits()
    const ends: (() => void)[] = []
    const begin = (network: string) => {
      let shown: StillPatience | undefined
      void waits.wait(still({ network }), (patience) => {
        shown = patience
        return new Promise<void>((resolve) => ends.push(resolve))
      })
      return shown
    }
    const longOnes = (networks: string[]) => networks.map(begin).filter((patience) => patience?.cold).length
    expect(longOnes(Array<string>(150).fill('one'))).toBe(100)
    expect(longOnes(Array.from({ length: 2_000 }, (_, n) => `other ${n}`))).toBe(900)
    for (const end of ends.splice(0)) end()
    await Promise.resolve()
    await new Promise(setImmediate)
    expect(longOnes(['one'])).toBe(1)
  })
})

test.each([
  ['a camera', { role: 'camera-frames' as const }, 'jpeg', '', 'camera'],
  ['a picture that shows others', { shows: true }, 'png', '', 'patient'],
  ['a picture for a panel', {}, 'png', 'bits=1', 'patient'],
  ['a bitmap', {}, 'bmp', '', 'patient'],
  ['any other picture', {}, 'png', '', 'still'],
] as const)('%s has a kind', async (_, more, format, query, kind) => {
  const look = parseLook(CLOCK, format, new URLSearchParams(query))
  expect(kindOf({ ...CLOCK, ...more }, look)).toBe(kind)
})

describe('a placeholder', () => {
  const frame: Frame = {
    ...{ bytes: Buffer.from('grey'), etag: '"1"', format: 'png', width: 40, height: 20, animated: false },
    isPlaceholder: true,
  }
  const read = (query: string, format: Format = 'png') => parseLook(CLOCK, format, new URLSearchParams(query))

  test('is sent to a browser, which asks again', () => {
    expect(toShowable(frame, read(''))).toBe(frame)
  })

  test.each([
    ['bits=1', 'png'],
    ['', 'bmp'],
  ] as const)('is 503 for a panel, which would show it until it wakes up again: %s %s', (query, format) => {
    expect(() => toShowable(frame, read(query, format))).toThrow(
      expect.objectContaining({ status: 503, headers: { 'Retry-After': '10' } }),
    )
    const drawn = { ...frame, isPlaceholder: false }
    expect(toShowable(drawn, read(query, format))).toBe(drawn)
  })
})
