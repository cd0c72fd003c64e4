import { brightness, readColor } from '../picture/color.ts'
import type { Theme } from './param.ts'

/** What ink has to be read on: something light, something dark, or nobody knows which. */
export type Tone = 'light' | 'dark' | 'either'

/**
 * The tone of a ground. A colour decides by its brightness; where `background` is `''` or transparent, the theme
 * decides, and for `auto` then `own`, the tone of the ground that the widget draws itself, or `either` where the
 * page shows through.
 */
export function backgroundTone(background: string, theme: Theme, own: Tone = 'either'): Tone {
  const alpha = readColor(background)?.[3] ?? 0
  if (alpha >= 0.5) return brightness(background) > 0.59 ? 'light' : 'dark'
  if (theme !== 'auto') return theme
  return background === '' ? own : 'either'
}
