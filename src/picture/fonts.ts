import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { GlobalFonts } from '@napi-rs/canvas'

const WEIGHTS = /-(400|500|600|700)-normal\.woff2$/

/**
 * Registers the bundled font, Inter (weights 400 to 700; Latin, Greek, Cyrillic and Vietnamese), once a process.
 * A bare container has no fonts, and elsewhere `sans-serif` would be another face on every machine: both
 * `Inter` and `sans-serif` mean the bundled files, so that a picture is the same everywhere. Scripts that Inter
 * does not have fall back to whatever the machine has.
 */
export function registerFonts(): void {
  if (GlobalFonts.has('Inter')) return
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@fontsource/inter/package.json')),
    'files',
  )
  for (const file of readdirSync(folder)) {
    if (WEIGHTS.test(file)) GlobalFonts.register(readFileSync(join(folder, file)), 'Inter')
  }
  GlobalFonts.setAlias('Inter', 'sans-serif')
}
