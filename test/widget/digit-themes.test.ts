import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDigitThemes } from '../../src/widget/digit-themes.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-themes-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function addTheme(name: string, files: readonly string[], bytes = 3): Promise<void> {
  await mkdir(join(folder, name))
  for (const file of files) writeFileSync(join(folder, name, file), Buffer.alloc(bytes))
}

test('a theme is a folder with a picture of each digit; what is wrong with others is reported', async () => {
  const endings = ['png', 'gif', 'webp', 'jpg', 'jpeg', 'png', 'png', 'png', 'png', 'png']
  await addTheme('good', [...endings.map((ending, digit) => `${digit}.${ending}`), 'readme.txt'])
  await addTheme('short', ['0.png', '1.svg'])
  await addTheme(
    'large',
    endings.map((_, digit) => `${digit}.png`),
    70_000,
  )
  await addTheme('a b', [])
  writeFileSync(join(folder, 'file'), '')
  const reports: string[] = []
  const themes = await loadDigitThemes(folder, (text) => reports.push(text))
  expect([...themes.keys()]).toEqual(['good'])
  expect(themes.get('good')?.slice(0, 4)).toEqual(
    ['png', 'gif', 'webp', 'jpeg'].map((type) => `data:image/${type};base64,AAAA`),
  )
  expect(reports.toSorted().map((text) => text.slice(folder.length + 1))).toEqual([
    'a b is no theme: expected a name of at most 40 letters, digits, . _ ~ and -',
    expect.stringMatching(/^large is no theme: expected at most 65536 bytes, \d\.png has 70000$/),
    'short is no theme: expected a picture 1.png, .gif, .webp or .jpg',
  ])
})

test('without a folder there are none', async () => {
  expect((await loadDigitThemes(undefined, () => {})).size).toBe(0)
})
