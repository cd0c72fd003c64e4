import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Path2D } from '@napi-rs/canvas'
import { closest, distance } from 'fastest-levenshtein'
import { LRUCache } from 'lru-cache'
import { lazy } from '../../system/lazy.ts'
import { brightness, parseColor } from '../color.ts'
import type { BadgeStyle } from './badge.ts'
import { readRasterSize } from './raster-size.ts'
import { findSvgLogoFault } from './svg-logo.ts'

/** A badge's logo as a `data:` URI, or the reason why there is none. */
export type LogoReading =
  | {
      /** A `data:` URI. */
      logo: string
      /** CSS pixels. @default 14, as much as its height */
      width?: number
    }
  | {
      fault: string
      /** Whether the text names a brand that simple-icons does not have, or cannot have. */
      isUnknown: boolean
      /** The slug of a brand with nearly that name. */
      nearest?: string | undefined
    }

/** The appearance of a logo. */
export interface LogoLook {
  /** @default flat */
  style?: BadgeStyle | undefined
  /** The colour of a brand's logo. @default the brand's own if it is readable */
  color?: string | undefined
  /** `auto` gives a wide brand its own proportions. @default as wide as high */
  size?: string | undefined
}

/** A brand of simple-icons. */
interface Brand {
  slug: string
  /** Its colour. */
  hex: string
}

/** A row of the list of simple-icons. */
interface Icon extends Brand {
  title: string
  aliases?: { aka?: string[]; old?: string[]; dup?: { title: string }[] }
}

/** A `data:` URI with a picture in base64. In a query, a `+` arrives as a space. */
const DATA =
  /^(?:data:)?image\/(png|svg\+xml|jpe?g|gif|webp)(?:;charset=[\w-]+)?;base64,([A-Za-z0-9+/]+={0,2})$/
/** The beginning of a text that is no name of a brand. */
const DATA_START = /^(?:data:|image\/)/
const MAX_NAME = 100
/** Darker brands are drawn in off-white on a dark label, and lighter ones in grey in the light `social` style. */
const DARK = 0.4
const LIGHT = 0.6
/** CSS pixels: badge-maker's height of a logo. */
const HEIGHT = 14
/** The longest side in pixels: a few bytes can describe a picture of gigabytes. */
const MAX_SIDE = 1_024
/** The longest logo, in bytes of its data. */
const MAX_BYTES = 64_000
const KEPT_PATHS = 200
const KEPT_NAMES = 500
/** Names whose nearest brand is searched: shorter ones are near to too much, and longer ones cost too much. */
const SEARCHED = { min: 4, max: 30 }

const require = createRequire(import.meta.url)
/** Thousands, which all readers of a process share. */
const brandsOfIcons = lazy(() => toBrands(require('simple-icons/icons.json') as Icon[]))

/**
 * Reads the logo of a badge: a `data:` URI of a picture, or the slug or the name of a brand in simple-icons, which is an optional
 * package.
 */
export class Logos {
  readonly #paths = new LRUCache<string, string>({ max: KEPT_PATHS })
  readonly #unknown = new LRUCache<string, LogoReading>({ max: KEPT_NAMES })

  read(text: string, { style = 'flat', color, size }: LogoLook = {}): LogoReading {
    if (DATA_START.test(text)) {
      const [, type, data] = DATA.exec(text.replaceAll(' ', '+').replaceAll(/\s/g, '')) ?? []
      if (type !== undefined && data !== undefined) return readData(type.replace('jpg', 'jpeg'), data)
      return { fault: 'expected a data: URI of a PNG, SVG, JPEG, GIF or WebP in base64', isUnknown: false }
    }
    const brand = text.length <= MAX_NAME ? readBrands()?.get(toName(text)) : undefined
    if (brand === undefined) return this.#describeUnknown(toName(text))
    const fill = color === undefined ? toReadable(brand.hex, style) : (parseColor(color) ?? brand.hex)
    const path = this.#readPath(brand.slug)
    const { box, width } = size === 'auto' ? toBox(path) : { box: '0 0 24 24', width: HEIGHT }
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" fill="${fill}"><path d="${path}"/></svg>`
    return { logo: toDataUri(svg), ...(width !== HEIGHT && { width }) }
  }

  #describeUnknown(name: string): LogoReading {
    const brands = readBrands()
    if (!brands)
      return {
        fault: 'expected a data: URI of a picture in base64; named logos need the package simple-icons',
        isUnknown: true,
      }
    const known = this.#unknown.get(name)
    if (known) return known
    const reading = {
      fault:
        'expected the slug of a logo in simple-icons, like github, or a data: URI of a picture in base64',
      isUnknown: true,
      nearest: findNearest(name, brands),
    }
    if (name.length <= MAX_NAME) this.#unknown.set(name, reading)
    return reading
  }

  #readPath(slug: string): string {
    const known = this.#paths.get(slug)
    if (known !== undefined) return known
    const svg = readFileSync(require.resolve(`simple-icons/icons/${slug}.svg`), 'utf8')
    const path = / d="([^"]+)"/.exec(svg)?.[1] ?? ''
    this.#paths.set(slug, path)
    return path
  }
}

/** Brands by slug and by name, such as `node.js`; undefined if the package is not installed. */
function readBrands(): ReadonlyMap<string, Brand> | undefined {
  try {
    return brandsOfIcons()
  } catch {
    return undefined
  }
}

/** A slug precedes a title, and a title another name. */
function toBrands(icons: readonly Icon[]): Map<string, Brand> {
  const brands = new Map<string, Brand>()
  const rows = icons.map(({ slug, hex, ...names }) => ({
    brand: { slug, hex: `#${hex.toLowerCase()}` },
    ...names,
  }))
  const add = (name: string, brand: Brand) => brands.has(toName(name)) || brands.set(toName(name), brand)
  for (const { brand } of rows) add(brand.slug, brand)
  for (const { brand, title } of rows) add(title, brand)
  for (const { brand, aliases: { aka = [], old = [], dup = [] } = {} } of rows)
    for (const name of [...aka, ...old, ...dup.map(({ title }) => title)]) add(name, brand)
  return brands
}

/** The slug of the brand with the nearest name, if it is so near that it is surely meant: many have names of a few letters. */
function findNearest(name: string, brands: ReadonlyMap<string, Brand>): string | undefined {
  if (name.length < SEARCHED.min || name.length > SEARCHED.max) return undefined
  const found = closest(name, [...brands.keys()])
  const isNear = found[0] === name[0] && distance(name, found) <= (name.length < 6 ? 1 : 2)
  return isNear ? brands.get(found)?.slug : undefined
}

/** Spaces, dashes and capitals do not matter. */
function toName(text: string): string {
  return text.toLowerCase().replaceAll(/[\s-]/g, '')
}

/** Reads an SVG as a logo. */
export function readSvgLogo(svg: string): LogoReading {
  const fault = findSvgLogoFault(svg)
  return fault === undefined ? { logo: toDataUri(svg) } : { fault, isUnknown: false }
}

function readData(type: string, data: string): LogoReading {
  const uri = `data:image/${type};base64,${data}`
  const fault = findFault(type, Buffer.from(data, 'base64'))
  return fault === undefined ? { logo: uri } : { fault, isUnknown: false }
}

function findFault(type: string, bytes: Buffer): string | undefined {
  if (bytes.length > MAX_BYTES) return `expected a picture of at most ${MAX_BYTES} bytes, got ${bytes.length}`
  if (type === 'svg+xml') return findSvgLogoFault(bytes.toString())
  const size = readRasterSize(bytes)
  if (!size) return `expected a picture of the type that its data: URI names, image/${type}`
  if (Math.max(size.width, size.height) <= MAX_SIDE) return undefined
  return `expected a picture of at most ${MAX_SIDE} pixels a side, got ${size.width} x ${size.height}`
}

/** The proportions of a brand that is wider than high, as with shields.io's `logoSize=auto`. */
function toBox(path: string): { box: string; width: number } {
  const [left, top, right, bottom] = new Path2D(path).computeTightBounds()
  const [width, height] = [right - left, bottom - top]
  if (!(width > height && height > 0)) return { box: '0 0 24 24', width: HEIGHT }
  const box = [left, top, width, height].map((side) => Number(side.toFixed(2))).join(' ')
  return { box, width: Math.round((width / height) * HEIGHT) }
}

function toDataUri(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

function toReadable(brand: string, style: BadgeStyle): string {
  if (style === 'social') return brightness(brand) >= LIGHT ? '#333333' : brand
  return brightness(brand) <= DARK ? '#f5f5f5' : brand
}
