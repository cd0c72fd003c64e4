import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { readRasterSize } from '../picture/badge/raster-size.ts'

/** The pictures of the digits 0 to 9, as `data:` URIs. */
export type Digits = readonly string[]

/** The names of themes, as they appear in URLs. */
const NAME = /^[A-Za-z0-9._~-]{1,40}$/
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'png',
  '.gif': 'gif',
  '.webp': 'webp',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
}
/** Each drawing of a counter reads the ten pictures of its theme. */
const MAX_DIGIT_BYTES = 65_536
/** A small file can describe a picture of gigabytes. */
const MAX_SIDE = 1_024
const MAX_THEMES = 200

/**
 * Loads the themes of hit counters: each subfolder with a picture of each digit, `0.png` to `9.png` (or `.gif`, `.webp`,
 * `.jpg`), is a theme of its name. Other subfolders are reported.
 * @param report called with the fault of a subfolder
 */
export async function loadDigitThemes(
  folder: string | undefined,
  report: (text: string) => void,
): Promise<ReadonlyMap<string, Digits>> {
  const themes = new Map<string, Digits>()
  if (folder === undefined) return themes
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isFile())
  for (const { name } of names.slice(0, MAX_THEMES)) {
    try {
      if (!NAME.test(name)) throw new Error('expected a name of at most 40 letters, digits, . _ ~ and -')
      themes.set(name, await loadDigits(join(folder, name)))
    } catch (error) {
      report(`${join(folder, name)} is no theme: ${(error as Error).message}`)
    }
  }
  return themes
}

async function loadDigits(folder: string): Promise<Digits> {
  const files = await readdir(folder)
  return Promise.all(
    Array.from({ length: 10 }, async (_, digit) => {
      const file = files.find((each) => each.startsWith(`${digit}.`) && typeOf(each) !== undefined)
      if (file === undefined) throw new Error(`expected a picture ${digit}.png, .gif, .webp or .jpg`)
      const path = join(folder, file)
      const { size } = await stat(path)
      if (size > MAX_DIGIT_BYTES)
        throw new Error(`expected at most ${MAX_DIGIT_BYTES} bytes, ${file} has ${size}`)
      const bytes = await readFile(path)
      // A link can lead to any file, whose content would be in the pictures.
      const sides = readRasterSize(bytes)
      if (!sides) throw new Error(`expected pictures, ${file} is none`)
      if (Math.max(sides.width, sides.height) > MAX_SIDE)
        throw new Error(
          `expected at most ${MAX_SIDE} pixels a side, ${file} has ${sides.width} x ${sides.height}`,
        )
      return `data:image/${typeOf(file)};base64,${bytes.toString('base64')}`
    }),
  )
}

function typeOf(file: string): string | undefined {
  return TYPES[extname(file).toLowerCase()]
}
