import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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

/** The head of a GIF, whatever its ending: pictures are read by their content. */
function gif(side: number, bytes = 10): Buffer {
  const head = Buffer.alloc(bytes)
  head.write('GIF89a')
  head.writeUInt16LE(side, 6)
  head.writeUInt16LE(side, 8)
  return head
}

async function addTheme(name: string, files: readonly string[], content = gif(20)): Promise<void> {
  await mkdir(join(folder, name))
  for (const file of files) writeFileSync(join(folder, name, file), content)
}

test('a theme is a folder with a picture of each digit; what is wrong with others is reported', async () => {
  const endings = ['png', 'gif', 'webp', 'jpg', 'jpeg', 'png', 'png', 'png', 'png', 'png']
  await addTheme('good', [...endings.map((ending, digit) => `${digit}.${ending}`), 'readme.txt', 'a.png'])
  await addTheme('short', ['0.png', '1.svg'])
  await addTheme(
    'large',
    endings.map((_, digit) => `${digit}.png`),
    gif(20, 70_000),
  )
  const pngs = endings.map((_, digit) => `${digit}.PNG`)
  await addTheme('capital', pngs)
  await addTheme('wide', pngs, gif(1_025))
  await addTheme('link', pngs.slice(0, 9))
  writeFileSync(join(folder, 'secret'), 'password')
  symlinkSync(join(folder, 'secret'), join(folder, 'link', '9.png'))
  await addTheme('a b', [])
  writeFileSync(join(folder, 'file'), '')
  const reports: string[] = []
  const themes = await loadDigitThemes(folder, (text) => reports.push(text))
  expect([...themes.keys()]).toEqual(expect.arrayContaining(['good', 'capital']))
  expect(themes.size).toBe(2)
  expect(themes.get('good')?.slice(0, 4)).toEqual(
    ['png', 'gif', 'webp', 'jpeg'].map((type) => `data:image/${type};base64,${gif(20).toString('base64')}`),
  )
  expect(reports.toSorted().map((text) => text.slice(folder.length + 1))).toEqual([
    'a b is no theme: expected a name of at most 40 letters, digits, . _ ~ and -',
    expect.stringMatching(/^large is no theme: expected at most 65536 bytes, \d\.png has 70000$/),
    'link is no theme: expected pictures, 9.png is none',
    'short is no theme: expected a picture 1.png, .gif, .webp or .jpg',
    expect.stringMatching(/^wide is no theme: expected at most 1024 pixels a side, \d\.PNG has 1025 x 1025$/),
  ])
})

test('without a folder there are none', async () => {
  expect((await loadDigitThemes(undefined, () => {})).size).toBe(0)
})
