import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { GlobalFonts } from '@napi-rs/canvas'

const WEIGHTS = /-(400|500|600|700)-normal\.woff2$/

const BUNDLED = { '@fontsource/inter': 'Inter', '@fontsource/dejavu-sans': 'DejaVu Sans' }

/**
 * Registers the bundled fonts once per process: Inter (weights 400 to 700; Latin, Greek, Cyrillic and Vietnamese), and
 * DejaVu Sans for badges (400 and 700; Latin). A bare container has no fonts, and `sans-serif` would be a different font
 * on every machine: both `Inter` and `sans-serif` mean the bundled files, so that a picture is the same everywhere.
 * Other scripts fall back to the fonts of the machine.
 */
export function registerFonts(): void {
  if (GlobalFonts.has('Inter')) return
  for (const [name, family] of Object.entries(BUNDLED)) {
    const folder = fontFolder(name)
    for (const file of readdirSync(folder)) {
      if (WEIGHTS.test(file)) GlobalFonts.register(readFileSync(join(folder, file)), family)
    }
  }
  GlobalFonts.setAlias('Inter', 'sans-serif')
}

/** The folder with the files of a bundled font. @default those of Inter */
export function fontFolder(name = '@fontsource/inter'): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'files')
}
