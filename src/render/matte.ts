import { readColor } from '../picture/color.ts'
import type { Matte } from '../picture/flatten.ts'
import type { Manifest } from '../widget/manifest.ts'
import { isTheme, type ParamValue, type Theme } from '../widget/param.ts'
import { toneOf } from '../widget/tone.ts'

/** GitHub's pages, where most pictures are: near enough to other light and dark ones. */
const PAGES = { light: '#ffffff', either: '#ffffff', dark: '#0d1117' }

/**
 * What is behind a picture where it shows through: its own `background` where that is opaque, or else the page that
 * its theme is for, which is known unless the theme is `auto`.
 */
export function matteOf({ params: specs }: Manifest, params: Readonly<Record<string, ParamValue>>): Matte {
  const background = specs.background?.kind === 'color' ? String(params.background) : ''
  if (readColor(background)?.[3] === 1) return { color: background, known: false }
  const name = Object.keys(specs).find((name) => isTheme(specs[name]))
  const theme = name === undefined ? 'auto' : (params[name] as Theme)
  return { color: PAGES[toneOf(background, theme)], known: theme !== 'auto' }
}
