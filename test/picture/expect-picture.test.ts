import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { paint, type Sheet } from '../../src/picture/encode.ts'
import { expectPicture } from '../../src/picture/expect-picture.ts'

let folder: string
let kept: string
let said: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'expect-picture-'))
  kept = join(folder, 'kept.png')
  said = ''
  vi.stubEnv('CI', '')
  vi.stubEnv('UPDATE_PICTURES', '')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

/** A grey square of 100 x 100 with some red pixels in its corner. */
function square(red: number, sheet: Partial<Sheet> = {}) {
  return paint({ width: 100, height: 100, scale: 1, format: 'png', quality: 90, ...sheet }, (ctx) => {
    ctx.fillStyle = 'grey'
    ctx.fillRect(0, 0, 100, 100)
    ctx.fillStyle = 'red'
    ctx.fillRect(0, 0, red, 1)
  })
}

describe('a reference picture', () => {
  test('that is missing is written unchanged, and reported', async () => {
    await expectPicture(square(0), kept)
    expect(readFileSync(kept)).toEqual(square(0).bytes)
    expect(said).toMatch(/^wrote .*kept\.png: check it/)
    await expectPicture(square(0), pathToFileURL(kept))
    expect(said.split('\n')).toHaveLength(2)
  })

  test('that is missing in CI is a failure, and the new picture is written beside it', async () => {
    vi.stubEnv('CI', 'true')
    await expect(expectPicture(square(0), kept)).rejects.toThrow(
      /kept\.png is missing: see kept\.actual\.png/,
    )
    expect(readdirSync(folder)).toEqual(['kept.actual.png'])
  })

  test('that differs is reported in pixels, with two pictures that are removed when it is right again', async () => {
    await expectPicture(square(0), kept)
    const failure = expect(expectPicture(square(50), kept)).rejects
    await failure.toThrow(/kept\.png differs in 50 of 10000 pixels \(0\.5 %, allowed: 0\.2 %\): see/)
    expect(readFileSync(join(folder, 'kept.actual.png'))).toEqual(square(50).bytes)
    const diff = await decode(readFileSync(join(folder, 'kept.diff.png')))
    expect([...diff.data.subarray(0, 4)]).toEqual([255, 0, 0, 255])
    expect(readFileSync(kept)).toEqual(square(0).bytes)
    await expectPicture(square(0), kept)
    expect(readdirSync(folder)).toEqual(['kept.png'])
  })

  test('may differ by a fifth of a percent, or by a given tolerance', async () => {
    await expectPicture(square(0), kept)
    await expectPicture(square(20), kept)
    await expect(expectPicture(square(20), kept, { tolerance: 0 })).rejects.toThrow('20 of 10000')
    await expectPicture(square(90), kept, { tolerance: 0.01 })
    await expectPicture(square(90), kept, { threshold: 1 })
  })

  test('of another size is reported with both sizes', async () => {
    await expectPicture(square(0), kept)
    await expect(expectPicture(square(0, { scale: 2 }), kept)).rejects.toThrow(
      'has 100x100 pixels, the new picture has 200x200: see kept.actual.png beside it',
    )
    expect(existsSync(join(folder, 'kept.diff.png'))).toBe(false)
  })

  test('is replaced by UPDATE_PICTURES=1 if it differs, in CI too', async () => {
    await expectPicture(square(0), kept)
    vi.stubEnv('CI', 'true')
    vi.stubEnv('UPDATE_PICTURES', '1')
    await expectPicture(square(5), kept)
    expect(readFileSync(kept)).toEqual(square(0).bytes)
    await expectPicture(square(50), kept)
    expect(readFileSync(kept)).toEqual(square(50).bytes)
  })

  test.each(['jpeg', 'webp'] as const)('is a PNG, also of a %s', async (format) => {
    await expectPicture(square(0, { format }).bytes, kept)
    expect(readFileSync(kept).subarray(1, 4).toString()).toBe('PNG')
    await expectPicture(square(0, { format }), kept)
  })

  test('with another extension is refused', async () => {
    await expect(expectPicture(square(0), join(folder, 'kept.jpg'))).rejects.toThrow(
      'expected the reference picture to be a .png',
    )
  })
})
