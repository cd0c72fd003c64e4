import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCanvas } from '@napi-rs/canvas'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addFonts } from '../../src/picture/fonts.ts'
import { describeMissingScripts } from '../../src/picture/missing-scripts.ts'
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

test('a file that is no font is named, and the others are added', () => {
  expect(faults).toEqual([`${join(broken, 'no-font.ttf')}: not a font`])
})

test('the scripts that no font has are one sentence with the packages that have them', () => {
  const words = describeMissingScripts()
  if (words !== undefined)
    expect(words).toMatch(/^no font has [\w, ]+: .* apt install fonts-noto-[\w -]+\. .*--fonts$/)
})
