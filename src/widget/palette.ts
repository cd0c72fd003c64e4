import { readColor } from '../picture/color.ts'
import { blend, readableColor } from '../picture/contrast.ts'
import type { Theme } from './param.ts'
import { backgroundTone, type Tone } from './tone.ts'

/** The colours of a picture. Ink and quiet have a contrast of at least 4.5 on the ground. */
export interface Palette {
  tone: Tone
  /** Colour of the card; `transparent` if the page shows through. */
  ground: string
  /** A hairline around the card; `''` if there is no card. */
  edge: string
  /** Text. */
  ink: string
  /** Less important text. */
  quiet: string
  /** Lines between rows and behind charts: decoration, so fainter than text. */
  rule: string
  /** Returns a colour, or the nearest one that is readable on the ground. */
  on(color: string): string
  /**
   * Returns the colour that a URL asks for, or else `own`, either readable on the ground. One that a URL asks for is
   * kept where only the author of the page knows what is behind it: without a ground, and with theme `auto`.
   */
  accent(color: string, own: string): string
}

const COLORS = {
  light: { ground: '#ffffff', edge: '#d1d9e0', ink: '#1f2328', quiet: '#59636e', rule: '#1f232820' },
  dark: { ground: '#161b22', edge: '#3d444d', ink: '#f0f6fc', quiet: '#a3acb6', rule: '#f0f6fc24' },
  either: { ground: 'transparent', edge: '', ink: '#767b81', quiet: '#767b81', rule: '#8080804d' },
}
/** The pages that a picture without a card has to suit: the brightest and the darkest of the kind. */
const PAGES: Readonly<Record<Tone, readonly string[]>> = {
  light: ['#ffffff', '#f0f2f5'],
  dark: ['#000000', '#22272e'],
  either: ['#ffffff', '#000000'],
}

/**
 * Returns the colours for the parameters `theme` and `background`. `light` is a picture for light pages, `dark` one for
 * dark pages, and `auto` a dark card that is readable on both. An opaque background takes the card's place, and
 * `transparent` removes it: then the colours suit the pages of the theme, or white pages and black ones alike.
 * @param own the tone of the card with theme `auto`. @default 'dark'
 */
export function toPalette(
  { theme, background = '' }: { theme: Theme; background?: string },
  own: Tone = 'dark',
): Palette {
  const tone = backgroundTone(background, theme, own)
  const colors = COLORS[tone]
  const ground = background || colors.ground
  const alpha = readColor(ground)?.[3] ?? 0
  const pages = alpha >= 1 ? [ground] : PAGES[theme === 'auto' ? 'either' : theme]
  const grounds = alpha > 0 ? pages.map((page) => blend(ground, page)) : pages
  const on = (color: string) => readableColor(color, grounds)
  return {
    tone,
    ground,
    edge: alpha > 0 ? colors.edge : '',
    ink: on(colors.ink),
    quiet: on(colors.quiet),
    rule: colors.rule,
    on,
    accent: (color, own) => (color && tone === 'either' ? color : on(color || own)),
  }
}
