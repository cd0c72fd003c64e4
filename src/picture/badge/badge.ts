/** The styles of shields.io's badges. */
export const BADGE_STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const

/** A style of shields.io's badges. */
export type BadgeStyle = (typeof BADGE_STYLES)[number]

/** Older names of styles, which shields.io still reads. */
export const OLDER_BADGE_STYLES: Readonly<Record<string, BadgeStyle>> = {
  popout: 'flat',
  'popout-square': 'flat-square',
}

/** All inputs of a badge. */
export interface Badge {
  /** The left half. @default none */
  label?: string | undefined
  message: string
  /** Background of the message, in any notation of `parseColor`. @default lightgrey */
  color?: string | undefined
  /** Background of the label. @default grey */
  labelColor?: string | undefined
  /** @default flat */
  style?: BadgeStyle | undefined
  /** A picture before the label, as a `data:` URI: see `readLogo`. */
  logo?: string | undefined
  /** CSS pixels. @default 14 */
  logoWidth?: number | undefined
  /** Link targets: of the whole badge, or of its left and its right half; `http:` or `https:`. */
  links?: readonly string[] | undefined
}

/** CSS pixels. */
export interface BadgeSize {
  width: number
  height: number
}
