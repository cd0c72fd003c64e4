import { readColor } from '../../picture/color.ts'
import type { Background } from '../../picture/flatten.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { isTheme, type ParamValue, type Theme } from '../../widget/param.ts'
import { backgroundTone } from '../../widget/tone.ts'

/** The colours of GitHub's pages, where most pictures are; those of other light and dark pages are close. */
const PAGES = { light: '#ffffff', either: '#ffffff', dark: '#0d1117' }

/**
 * Returns the colour behind a picture whose format has no partial transparency: its own `background` if that is opaque,
 * otherwise the colour of the page that its theme is for, which is known unless the theme is `auto`.
 */
export function backgroundOf(
  { params: specs }: Manifest,
  params: Readonly<Record<string, ParamValue>>,
): Background {
  const own = specs.background?.kind === 'color' ? String(params.background) : ''
  if (readColor(own)?.[3] === 1) return { color: own, known: false }
  const name = Object.keys(specs).find((name) => isTheme(specs[name]))
  const theme = name === undefined ? 'auto' : (params[name] as Theme)
  return { color: PAGES[backgroundTone(own, theme)], known: theme !== 'auto' }
}
