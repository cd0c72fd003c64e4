import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { brightness, parseColor } from '../color.ts'
import type { BadgeStyle } from './badge.ts'

/** A picture of a badge, and what is wrong with it where it cannot be had. */
export type LogoReading = { logo: string } | { fault: string }

/** What a `data:` URI may hold: pictures, in base64. In a query a `+` has become a space. */
const DATA = /^(?:data:)?image\/(?:png|svg\+xml|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/
const SLUG = /^[a-z0-9]{1,60}$/
/** Darker brands are shown in off-white before a dark label, and lighter ones in grey in the light `social` style. */
const DARK = 0.4
const LIGHT = 0.6

/**
 * Reads the logo of a badge: a `data:` URI of a picture, or the slug of a brand in simple-icons, which is an optional
 * package.
 * @param color of a brand's logo. @default the brand's own where it is readable
 */
export class Logos {
  readonly #require = createRequire(import.meta.url)
  readonly #paths = new Map<string, string>()
  #brands: ReadonlyMap<string, string> | undefined

  read(text: string, style: BadgeStyle = 'flat', color?: string): LogoReading {
    const data = text.replaceAll(' ', '+')
    if (DATA.test(data)) return { logo: data.startsWith('data:') ? data : `data:${data}` }
    const slug = text.toLowerCase().replaceAll(/[\s-]/g, '')
    const brand = SLUG.test(slug) ? this.#readBrands()?.get(slug) : undefined
    if (brand === undefined) return { fault: this.#describeFault() }
    const fill = color === undefined ? toReadable(brand, style) : (parseColor(color) ?? brand)
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="${fill}"><path d="${this.#readPath(slug)}"/></svg>`
    return { logo: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` }
  }

  #describeFault(): string {
    return this.#readBrands()
      ? 'expected the slug of a logo in simple-icons, like github, or a data: URI of a picture in base64'
      : 'expected a data: URI of a picture in base64; named logos need the package simple-icons'
  }

  /** Brand colours by slug; undefined where the package is not installed. */
  #readBrands(): ReadonlyMap<string, string> | undefined {
    if (this.#brands) return this.#brands
    try {
      const icons = this.#require('simple-icons/icons.json') as { title: string; slug: string; hex: string }[]
      this.#brands = new Map(icons.map(({ slug, hex }) => [slug, `#${hex.toLowerCase()}`]))
      return this.#brands
    } catch {
      return undefined
    }
  }

  #readPath(slug: string): string {
    const known = this.#paths.get(slug)
    if (known !== undefined) return known
    const svg = readFileSync(this.#require.resolve(`simple-icons/icons/${slug}.svg`), 'utf8')
    const path = / d="([^"]+)"/.exec(svg)?.[1] ?? ''
    this.#paths.set(slug, path)
    return path
  }
}

function toReadable(brand: string, style: BadgeStyle): string {
  if (style === 'social') return brightness(brand) >= LIGHT ? '#333333' : brand
  return brightness(brand) <= DARK ? '#f5f5f5' : brand
}
