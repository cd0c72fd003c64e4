import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { afterAll, describe, expect, test } from 'vitest'
import { decode } from '../../../src/picture/compare.ts'
import type { DeviceFormat } from '../../../src/picture/device/encode-for-device.ts'
import { type Device, encodeForDevice } from '../../../src/picture/device/encode-for-device.ts'
import { describeWith } from '../../support/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-device-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A grey ramp from black on the left to white on the right, over which a red disc lies. */
function ramp(width = 64, height = 32) {
  const canvas = createCanvas(width, height)
  const ctx = canvas.getContext('2d')
  const ground = ctx.createLinearGradient(0, 0, width, 0)
  ground.addColorStop(0, 'black')
  ground.addColorStop(1, 'white')
  ctx.fillStyle = ground
  ctx.fillRect(0, 0, width, height)
  ctx.fillStyle = '#f00'
  ctx.beginPath()
  ctx.arc(width / 2, height / 2, height / 4, 0, 7)
  ctx.fill()
  return canvas
}

function encode(format: DeviceFormat, device: Device, canvas = ramp()): Buffer {
  return encodeForDevice(canvas, format, device, 90)
}

/** The output of another program about a file. */
function inspect(command: string, options: string[], bytes: Buffer): string {
  const file = join(folder, 'picture')
  writeFileSync(file, bytes)
  return execFileSync(command, [...options, file], { encoding: 'utf8' })
}

describeWith(['file'], 'a BMP, as `file` sees it', () => {
  test.each<[string, Device, string]>([
    ['all colours', {}, '64 x 32 x 24'],
    ['two greys', { bits: 1 }, '64 x 32 x 1'],
    ['four greys, which take four bits', { bits: 2 }, '64 x 32 x 4'],
    ['sixteen greys', { bits: 4 }, '64 x 32 x 4'],
    ['256 greys', { bits: 8 }, '64 x 32 x 8'],
    ['three colours', { colors: ['000', 'fff', 'f00'] }, '64 x 32 x 4'],
    ['a quarter turn', { bits: 1, rotate: 90 }, '32 x 64 x 1'],
  ])('with %s', (_what, device, expected) => {
    expect(inspect('file', ['-b'], encode('bmp', device))).toContain(`Windows 3.x format, ${expected}`)
  })
})

describeWith(['pngcheck'], 'a PNG, as `pngcheck` sees it', () => {
  test.each<[string, Device, string]>([
    ['two greys', { bits: 1 }, '64 x 32 image, 1-bit grayscale'],
    ['four greys', { bits: 2 }, '64 x 32 image, 2-bit grayscale'],
    ['sixteen greys', { bits: 4 }, '64 x 32 image, 4-bit grayscale'],
    ['256 greys', { bits: 8 }, '64 x 32 image, 8-bit grayscale'],
    ['black and white', { colors: ['000000', 'ffffff'] }, '64 x 32 image, 1-bit grayscale'],
    ['three colours', { colors: ['000', 'fff', 'f00'] }, '64 x 32 image, 2-bit palette'],
    ['more bits than its colours need', { colors: ['000', 'fff', 'f00'], bits: 8 }, '8-bit palette'],
    ['half a turn', { bits: 1, rotate: 180 }, '64 x 32 image, 1-bit grayscale'],
  ])('with %s', (_what, device, expected) => {
    const report = inspect('pngcheck', ['-v'], encode('png', device))
    expect(report).toContain(expected)
    expect(report).toContain('No errors detected')
    expect(report).not.toContain('tRNS')
  })
})

describe('a picture for a small device', () => {
  test('has the bytes of a TRMNL panel', () => {
    const bmp = encode('bmp', { bits: 1 }, ramp(800, 480))
    expect(bmp.length).toBe(48_062)
    expect(bmp.readUInt32LE(10)).toBe(62)
    expect(bmp.subarray(54, 62).toString('hex')).toBe('00000000ffffff00')
  })

  test.each<DeviceFormat>(['png', 'bmp'])('holds its colours alone as %s', async (format) => {
    const { data } = await decode(encode(format, { colors: ['000', 'fff', 'f00'], dither: 'stucki' }))
    const pixels = new Uint32Array(data.buffer)
    expect(new Set(pixels)).toEqual(new Set([0xff000000, 0xffffffff, 0xff0000ff]))
  })

  test('holds the same pixels as PNG and BMP', async () => {
    for (const bits of [1, 2, 4, 8] as const) {
      const [png, bmp] = await Promise.all(
        (['png', 'bmp'] as const).map((format) => decode(encode(format, { bits, dither: 'atkinson' }))),
      )
      expect(bmp).toEqual(png)
    }
  })

  test('is compared with the panel’s colours, and sent in the requested ones', async () => {
    const pale = { colors: ['000', 'fff'], palette: ['555', 'ddd'] }
    const { data } = await decode(encode('png', pale))
    const whites = data.filter((value, at) => at % 4 === 1 && value === 255).length
    const { data: plain } = await decode(encode('png', { colors: ['000', 'fff'] }))
    expect(whites).toBeLessThan(plain.filter((value, at) => at % 4 === 1 && value === 255).length)
  })

  test('is not flooded by colours that the panel cannot show', async () => {
    const panel: Device = { colors: ['000', 'fff', 'f00'], palette: ['222', 'ddd', 'b33'], dither: 'stucki' }
    const { data } = await decode(encode('png', panel, ramp(200, 200)))
    const at = (x: number, y: number) => [...data.slice((y * 200 + x) * 4, (y * 200 + x) * 4 + 3)]
    expect([at(2, 190), at(197, 190)]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ])
  })

  test.each([
    [0, [0, 0, 0], [255, 255, 255]],
    [180, [255, 255, 255], [0, 0, 0]],
  ] as const)('turned by %i has its first pixel %o and its last %o', async (rotate, first, last) => {
    const { data } = await decode(encode('png', { bits: 1, rotate }))
    expect([[...data.slice(0, 3)], [...data.slice(-4, -1)]]).toEqual([first, last])
  })

  test.each([
    [90, 0],
    [270, 255],
  ] as const)('turned by %i has its left edge on top or below', async (rotate, top) => {
    const { width, height, data } = await decode(encode('png', { bits: 1, rotate }))
    expect([width, height]).toEqual([32, 64])
    expect([data[0], data.at(-4)]).toEqual([top, 255 - top])
  })

  test('inverted has light where dark was', async () => {
    const [plain, inverted] = await Promise.all(
      [false, true].map((invert) => decode(encode('png', { bits: 8, invert }))),
    )
    expect(inverted?.data[0]).toBe(255 - (plain?.data[0] ?? 0))
  })

  test('has white in place of transparency', async () => {
    const { data } = await decode(encode('bmp', {}, createCanvas(2, 2)))
    expect([...data]).toEqual(Array(16).fill(255))
  })

  test.each(['floyd-steinberg', 'atkinson', 'stucki'] as const)(
    'keeps its brightness with %s',
    async (dither) => {
      const gray = createCanvas(64, 64)
      const ctx = gray.getContext('2d')
      ctx.fillStyle = '#808080'
      ctx.fillRect(0, 0, 64, 64)
      const { data } = await decode(encode('png', { bits: 1, dither }, gray))
      const mean = data.filter((_value, at) => at % 4 === 0).reduce((sum, value) => sum + value, 0) / 64 ** 2
      expect(mean).toBeGreaterThan(115)
      expect(mean).toBeLessThan(141)
    },
  )

  test('is a JPEG of few greys', async () => {
    const jpeg = encode('jpeg', { bits: 1, dither: 'floyd-steinberg' })
    expect(inspect('file', ['-b'], jpeg)).toContain('64x32')
  })
})
