import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'

const WEIGHTS = /-(400|500|600|700)-normal\.woff2$/

const BUNDLED = { '@fontsource/inter': 'Inter', '@fontsource/dejavu-sans': 'DejaVu Sans' }

/** Its own test reads the list of all families each time. */
const REGISTERED = new WeakSet<object>()

const FONT_FILE = /\.(ttf|otf|ttc|otc|woff2?)$/i

/**
 * Registers the bundled fonts once per process: Inter (weights 400 to 700; Latin, Greek, Cyrillic and Vietnamese), and
 * DejaVu Sans for badges (400 and 700; Latin). A bare container has no fonts, and `sans-serif` would be a different font
 * on every machine: both `Inter` and `sans-serif` mean the bundled files, so that a picture is the same everywhere.
 * Other scripts fall back to the fonts of the machine.
 */
export function registerFonts(): void {
  if (REGISTERED.has(GlobalFonts)) return
  REGISTERED.add(GlobalFonts)
  if (GlobalFonts.has('Inter')) return
  for (const [name, family] of Object.entries(BUNDLED)) {
    const folder = fontFolder(name)
    for (const file of readdirSync(folder)) {
      if (WEIGHTS.test(file)) GlobalFonts.register(readFileSync(join(folder, file)), family)
    }
  }
  GlobalFonts.setAlias('Inter', 'sans-serif')
}

/**
 * Adds every font of some folders and their subfolders, for all pictures that this process draws: letters that the font of a
 * text lacks are drawn in them, and widgets may name them. Returns a sentence about each file that is no font.
 */
export function addFonts(folders: readonly string[]): string[] {
  if (folders.length === 0) return []
  registerFonts()
  const known = new Set(families())
  const faults = folders.flatMap((folder) => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => FONT_FILE.test(file))
      .sort()
    if (files.length === 0) return [`${folder}: no fonts (.ttf, .otf, .ttc, .woff, .woff2)`]
    return files.flatMap((file) => {
      const path = join(folder, file)
      return GlobalFonts.registerFromPath(path) === null ? [`${path}: not a font`] : []
    })
  })
  fallBackTo(inPlainOrder(families().filter((family) => !known.has(family))))
  return faults
}

/**
 * Emoji precede symbols, which draw a heart in black, and sans-serif families precede the special ones of a script: by name alone,
 * Hebrew was drawn in Noto Rashi Hebrew, and not in Noto Sans Hebrew.
 */
export function inPlainOrder(names: readonly string[]): string[] {
  const ranks = [/emoji/i, /sans(?!.*(?:mono|display|looped|symbols))/i, /serif|mono|display|looped|symbols/i]
  const rankOf = (name: string) => {
    const rank = ranks.findIndex((pattern) => pattern.test(name))
    return rank < 0 ? ranks.length : rank
  }
  return names.toSorted((one, other) => rankOf(one) - rankOf(other))
}

function families(): string[] {
  return GlobalFonts.families.map(({ family }) => family)
}

/**
 * Appends families to the font of every context. Skia looks for a missing letter only in the fonts below /usr/share/fonts, and not in
 * registered ones.
 */
function fallBackTo(added: readonly string[]): void {
  const prototype = Object.getPrototypeOf(createCanvas(1, 1).getContext('2d')) as object
  const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'font') ?? {}
  if (added.length === 0 || !get || !set) return
  const suffix = added.map((family) => `, "${family.replaceAll('"', '')}"`).join('')
  Object.defineProperty(prototype, 'font', {
    configurable: true,
    enumerable: true,
    get() {
      const font = String(get.call(this))
      return font.endsWith(suffix) ? font.slice(0, -suffix.length) : font
    },
    set(font: unknown) {
      set.call(this, typeof font === 'string' ? font + suffix : font)
    },
  })
}

/** The folder with the files of a bundled font. @default those of Inter */
export function fontFolder(name = '@fontsource/inter'): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'files')
}
