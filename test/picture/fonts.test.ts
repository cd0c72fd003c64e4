import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCanvas } from '@napi-rs/canvas'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawText } from '../../src/picture/draw-text.ts'
import { addFonts, inPlainOrder } from '../../src/picture/fonts.ts'
import {
  describeMissingScripts,
  type MissingScript,
  watchMissingScripts,
} from '../../src/picture/missing-scripts.ts'
import { isMissing, textWidth } from '../../src/picture/text.ts'

const FONTS = fileURLToPath(new URL('../fixtures/fonts', import.meta.url))

let broken: string
let faults: string[]
beforeAll(async () => {
  broken = await mkdtemp(join(tmpdir(), 'fonts-'))
  await writeFile(join(broken, 'no-font.ttf'), 'words')
  faults = addFonts([FONTS, broken])
})
afterAll(() => rm(broken, { recursive: true }))

test('a letter that Inter lacks is drawn in an added font', () => {
  expect(isMissing('🌈')).toBe(false)
  expect(isMissing('\u{10ffff}')).toBe(true)
})

test('the font of a context stays as it was set, and may name an added one', () => {
  const ctx = createCanvas(1, 1).getContext('2d')
  ctx.font = '600 14px Inter'
  expect(ctx.font).toBe('600 14px Inter')
  ctx.save()
  ctx.font = '20px "Noto Emoji"'
  ctx.restore()
  expect(ctx.font).toBe('600 14px Inter')
  expect(textWidth('words', '14px Inter')).toBe(textWidth('words', '14px Inter, serif'))
})

test('missing letters are drawn in emoji, then in a sans-serif family, then in a special one', () => {
  const names = [
    'Noto Kufi Arabic',
    'Noto Rashi Hebrew',
    'Noto Sans Hebrew',
    'Noto Sans Symbols',
    'Noto Serif Hebrew',
  ]
  expect(inPlainOrder(['Noto Color Emoji', ...names])).toEqual([
    'Noto Color Emoji',
    'Noto Sans Hebrew',
    'Noto Sans Symbols',
    'Noto Serif Hebrew',
    'Noto Kufi Arabic',
    'Noto Rashi Hebrew',
  ])
})

test('a file that is no font is named, and the others are added', () => {
  expect(faults).toEqual([`${join(broken, 'no-font.ttf')}: not a font`])
})

test('the scripts that no font has are one sentence with the packages that have them', () => {
  const missing = describeMissingScripts()
  if (missing !== undefined)
    expect(missing.words).toMatch(/^no font has [\w, ]+: .* apt install fonts-noto-[\w -]+\. .*--fonts$/)
})

test('a letter that no font has is reported with its script, however it is drawn', () => {
  const found: MissingScript[] = []
  watchMissingScripts((script) => found.push(script))
  const ctx = createCanvas(10, 10).getContext('2d')
  ctx.fillText('plain, Ünïcode, Ω, Ж', 0, 0)
  expect(found).toEqual([])
  // Egyptian hieroglyphs and an emoji to come: no font has them.
  ctx.fillText('\u{14646}\u{14646}', 0, 0)
  ctx.strokeText('\u{14646}', 0, 0)
  drawText(ctx, 'soon \u{1faff}', 0, 0, { size: 5 })
  expect(found.map(({ name }) => name)).toEqual(['other letters', 'emoji'])
  expect(found.map(({ words }) => words)).toEqual([
    expect.stringMatching(/^no font has some letters, such as U\+14646: .* apt install fonts-noto-core\./),
    expect.stringMatching(/^no font has emoji: .* apt install fonts-noto-color-emoji\./),
  ])
})
