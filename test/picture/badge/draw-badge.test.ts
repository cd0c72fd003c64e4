import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { inflateSync } from 'node:zlib'
import { createCanvas } from '@napi-rs/canvas'
import { Resvg } from '@resvg/resvg-js'
import { makeBadge } from 'badge-maker'
import { afterAll, describe, expect, test } from 'vitest'
import { BADGE_STYLES, type Badge } from '../../../src/picture/badge/badge.ts'
import { badgeSize, badgeSvg } from '../../../src/picture/badge/badge-svg.ts'
import { drawBadge, loadLogo } from '../../../src/picture/badge/draw-badge.ts'
import { Logos } from '../../../src/picture/badge/logo.ts'
import { registerFonts } from '../../../src/picture/fonts.ts'
import { withoutSuffix } from '../../support/without-suffix.ts'

const { resolve } = createRequire(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'imgcast-badge-'))
afterAll(() => rmSync(folder, { recursive: true }))
const FONTS = [
  unpack('@fontsource/dejavu-sans', 'dejavu-sans-latin-400-normal'),
  unpack('@fontsource/dejavu-sans', 'dejavu-sans-latin-700-normal'),
  unpack('@fontsource/inter', 'inter-latin-700-normal'),
]
const logos = new Logos()

/** Unpacks a WOFF (W3C, WOFF File Format 1.0, section 3) as the TrueType file that resvg reads. */
function unpack(name: string, file: string): string {
  const woff = readFileSync(join(dirname(resolve(`${name}/package.json`)), 'files', `${file}.woff`))
  const count = woff.readUInt16BE(12)
  const head = Buffer.alloc(12 + count * 16)
  head.writeUInt32BE(woff.readUInt32BE(4), 0)
  head.writeUInt16BE(count, 4)
  const bodies: Buffer[] = []
  let at = head.length
  for (let table = 0; table < count; table += 1) {
    const entry = 44 + table * 20
    const [offset, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(entry + field)) as [
      number,
      number,
      number,
    ]
    const body = woff.subarray(offset, offset + packed)
    const whole = packed < length ? inflateSync(body) : body
    woff.copy(head, 12 + table * 16, entry, entry + 4)
    woff.copy(head, 16 + table * 16, entry + 16, entry + 20)
    head.writeUInt32BE(at, 20 + table * 16)
    head.writeUInt32BE(length, 24 + table * 16)
    const padded = Buffer.concat([whole, Buffer.alloc((4 - (length % 4)) % 4)])
    bodies.push(padded)
    at += padded.length
  }
  const path = join(folder, `${file}.ttf`)
  writeFileSync(path, Buffer.concat([head, ...bodies]))
  return path
}

/** The badge as resvg draws badge-maker's SVG, with the bundled fonts. */
function rasterise(svg: string, scale: number) {
  const { width } = badgeSize(svg)
  const text = svg
    .replace(/ width="[\d.]+"/, ` width="${width}"`)
    .replaceAll(/font-family="Verdana[^"]*"/g, 'font-family="DejaVu Sans"')
    .replaceAll(/font-family="Helvetica[^"]*"/g, 'font-family="Inter"')
  const font = { loadSystemFonts: false, fontFiles: FONTS }
  return new Resvg(text, { fitTo: { mode: 'zoom', value: scale }, font }).render()
}

async function draw(badge: Badge, scale: number) {
  registerFonts()
  const svg = badgeSvg(badge)
  const { width, height } = badgeSize(svg)
  const canvas = createCanvas(width * scale, height * scale)
  const ctx = canvas.getContext('2d')
  ctx.scale(scale, scale)
  drawBadge(ctx, svg, await loadLogo(badge.logo))
  return { svg, ...ctx.getImageData(0, 0, canvas.width, canvas.height), ctx, canvas }
}

const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'

const TEXTS: Pick<Badge, 'label' | 'message' | 'color'>[] = [
  { label: 'build', message: 'passing', color: 'brightgreen' },
  { label: '', message: 'v1.2.3', color: 'blue' },
  { label: 'coverage', message: '95%', color: 'yellow' },
  { label: 'a', message: 'b', color: 'ffffff' },
]

const BADGES = BADGE_STYLES.flatMap((style) =>
  TEXTS.flatMap((text) =>
    ['', 'github', 'typescript', PNG].map((logo): [string, Badge] => {
      const reading = logo === '' ? undefined : logos.read(logo, { style })
      if (reading && 'fault' in reading) throw new Error(reading.fault)
      const name = `${style} ${text.label}:${text.message} ${logo.slice(0, 10)}`
      return [name, { ...text, style, logo: reading?.logo }]
    }),
  ),
)

describe('a drawn badge', () => {
  test('is one of eighty', () => {
    expect(BADGES).toHaveLength(80)
  })

  // Text is hinted otherwise, so a pixel may differ; a box, a letter or a logo that is elsewhere does not pass.
  describe.each([1, 2, 3])('at scale %i', (scale) => {
    test.each(BADGES)('%s has the size and the look of the SVG', async (_name, badge) => {
      const drawn = await draw(badge, scale)
      const expected = rasterise(drawn.svg, scale)
      expect([drawn.canvas.width, drawn.canvas.height]).toEqual([expected.width, expected.height])
      const { data } = drawn.ctx.getImageData(0, 0, expected.width, expected.height)
      const [mean, far] = compare(data, expected.pixels)
      expect(mean).toBeLessThan(MEAN)
      expect(far).toBeLessThan(FAR)
    })
  })
})

/** What may differ at most: of 255, on average; and the share of pixels that differ by more than a quarter of it. */
const MEAN = 9
const FAR = 0.12

function compare(one: Uint8ClampedArray, other: Uint8Array): [mean: number, far: number] {
  let [sum, far] = [0, 0]
  for (let at = 0; at < one.length; at += 4) {
    let most = 0
    for (let channel = 0; channel < 4; channel += 1) {
      const difference = Math.abs((one[at + channel] as number) - (other[at + channel] as number))
      sum += difference
      most = Math.max(most, difference)
    }
    if (most > 64) far += 1
  }
  if (process.env.SHOW)
    process.stderr.write(`${(sum / one.length).toFixed(2)} ${((far * 4) / one.length).toFixed(4)}\n`)
  return [sum / one.length, (far * 4) / one.length]
}

/** Draws a badge as shields.io's server does, which may change the width of a logo. */
const makeWide = async (): Promise<(format: object) => string> => {
  const file = join(dirname(fileURLToPath(import.meta.resolve('badge-maker'))), 'make-badge.js')
  return (await import(pathToFileURL(file).href)).default
}

describe('a wide logo', () => {
  test.each(BADGE_STYLES.flatMap((style) => TEXTS.map((text) => [style, text] as const)))(
    'is at shields.io’s position: %s %o',
    async (style, text) => {
      const logo = PNG
      const { label, message, color } = text
      const expected = (await makeWide())({ label, message, color, style, logo, logoWidth: 40 })
      expect(withoutSuffix(badgeSvg({ ...text, style, logo, logoWidth: 40 }))).toBe(expected)
    },
  )

  test('has the proportions of its brand', () => {
    const reading = logos.read('amd', { size: 'auto' })
    expect(reading).toMatchObject({ width: 59 })
    expect(logos.read('amd')).not.toHaveProperty('width')
    expect(logos.read('github', { size: 'auto' })).not.toHaveProperty('width')
  })
})

describe('the SVG of a badge', () => {
  test.each<[string, Badge, Parameters<typeof makeBadge>[0]]>([
    [
      'its own names',
      { label: 'a', message: 'b', color: 'success' },
      { label: 'a', message: 'b', color: 'success' },
    ],
    ['digits', { message: 'b', color: 'F80' }, { message: 'b', color: 'f80' }],
    [
      'four and eight digits',
      { message: 'b', color: 'ffff', labelColor: 'deadbeef' },
      { message: 'b', color: '#ffffff', labelColor: '#deadbeef' },
    ],
    ['a colour of CSS', { message: 'b', color: 'Tomato' }, { message: 'b', color: 'tomato' }],
    ['nothing', { message: 'b' }, { message: 'b', color: 'lightgrey' }],
    [
      'a notation that badge-maker does not read',
      { message: 'b', color: 'hsl(120 50% 50%)', labelColor: 'f808' },
      { message: 'b', color: '#40bf40', labelColor: '#ff880088' },
    ],
    [
      'a style, a logo and a link',
      { message: 'b', color: 'red', style: 'plastic', logo: PNG, links: ['https://example.com/'] },
      { message: 'b', color: 'red', style: 'plastic', logoBase64: PNG, links: ['https://example.com/'] },
    ],
  ])('is what badge-maker makes of %s', (_what, badge, format) => {
    expect(withoutSuffix(badgeSvg(badge))).toBe(makeBadge(format))
  })
})
