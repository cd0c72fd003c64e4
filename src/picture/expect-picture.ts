import { AssertionError } from 'node:assert'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkOptions } from '../system/unknown-fields.ts'
import { compare, decode, type Pixels, toPng } from './compare.ts'
import { PNG_SIGNATURE } from './png.ts'

/** The allowed difference of a picture. */
export interface ExpectPictureOptions {
  /** Share of pixels that may differ, 0 to 1. @default 0.002 */
  tolerance?: number
  /** Maximum difference of two colours that count as equal, 0 to 1. @default 0.1 */
  threshold?: number
}

/** Default share of pixels that may differ: more than rounding on another machine, less than one digit of a counter. */
export const TOLERANCE = 0.002

/**
 * Compares a picture with a reference, a PNG file, pixel by pixel. A missing reference is created, or is a failure with
 * `CI=true`; `UPDATE_PICTURES=1` replaces references that differ. Works under every test runner.
 * @param picture the result of `renderOnce`, or bytes of any format.
 * @param file path or file URL of the reference; a path is relative to the working directory.
 * @throws AssertionError with the number of differing pixels. `<name>.actual.png` and `<name>.diff.png` are then written
 *   beside the reference, and removed when the test passes again.
 */
export async function expectPicture(
  picture: { bytes: Buffer } | Buffer,
  file: string | URL,
  options: ExpectPictureOptions = {},
): Promise<void> {
  checkOptions('expectPicture', options, ['tolerance', 'threshold'])
  const { tolerance = TOLERANCE, threshold } = options
  const path = file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file
  if (!path.endsWith('.png')) throw new TypeError(`expected the reference picture to be a .png, got ${path}`)
  const bytes = Buffer.isBuffer(picture) ? picture : picture.bytes
  const actual = await decode(bytes)
  const kept = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const expected = kept && (await decode(kept))
  const found = expected ? findDifference(actual, expected, tolerance, threshold) : { words: 'is missing' }
  const beside = { actual: path.replace(/png$/, 'actual.png'), diff: path.replace(/png$/, 'diff.png') }
  if (found && (process.env.UPDATE_PICTURES === '1' || (!kept && process.env.CI !== 'true'))) {
    await write(path, toPngBytes(bytes, actual))
    process.stderr.write(`wrote ${relative('', path)}: check it, and commit it with the test\n`)
  } else if (found) {
    await write(beside.actual, toPngBytes(bytes, actual))
    if (found.diff) await write(beside.diff, found.diff)
    const written = Object.values(beside).slice(0, found.diff ? 2 : 1)
    throw new AssertionError({
      message: `${relative('', path)} ${found.words}: see ${written.map((each) => basename(each)).join(' and ')} beside it; UPDATE_PICTURES=1 accepts the new picture`,
      stackStartFn: expectPicture,
    })
  }
  for (const stale of Object.values(beside)) await rm(stale, { force: true })
}

function findDifference(
  actual: Pixels,
  expected: Pixels,
  tolerance: number,
  threshold: number | undefined,
): { words: string; diff?: Buffer } | undefined {
  const [ours, theirs] = [actual, expected].map(({ width, height }) => `${width}x${height}`)
  if (ours !== theirs) return { words: `has ${theirs} pixels, the new picture has ${ours}` }
  const { differing, share, diff } = compare(actual, expected, threshold)
  if (share <= tolerance) return undefined
  const percent = (part: number) => `${Number((part * 100).toPrecision(2))} %`
  const words = `differs in ${differing} of ${expected.width * expected.height} pixels (${percent(share)}, allowed: ${percent(tolerance)})`
  return { words, diff: diff() }
}

function toPngBytes(bytes: Buffer, pixels: Pixels): Buffer {
  return bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE) ? bytes : toPng(pixels)
}

async function write(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}
