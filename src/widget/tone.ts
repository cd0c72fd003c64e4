import { brightness, readColor } from '../picture/color.ts'
import type { Theme } from './param.ts'

/** The brightness of a background: light, dark, or unknown (`either`). */
export type Tone = 'light' | 'dark' | 'either'

/**
 * Returns the tone of a picture's background, for choosing text colours. An opaque `background` decides by its
 * brightness. If it is `''` or transparent, the theme decides; with theme `auto`, the result is `own`: the tone of the
 * background that the widget draws itself, or `either` if the page shows through.
 */
export function backgroundTone(background: string, theme: Theme, own: Tone = 'either'): Tone {
  const alpha = readColor(background)?.[3] ?? 0
  if (alpha >= 0.5) return brightness(background) > 0.59 ? 'light' : 'dark'
  if (theme !== 'auto') return theme
  return background === '' ? own : 'either'
}
