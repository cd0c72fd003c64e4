/** The styles of shields.io's badges. */
export const BADGE_STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const

/** A style of shields.io's badges. */
export type BadgeStyle = (typeof BADGE_STYLES)[number]

/** All that a badge is drawn from. */
export interface Badge {
  /** The left half. @default none */
  label?: string | undefined
  message: string
  /** Behind the message, in any notation of `parseColor`. @default lightgrey */
  color?: string | undefined
  /** Behind the label. @default grey */
  labelColor?: string | undefined
  /** @default flat */
  style?: BadgeStyle | undefined
  /** A picture before the label, as a `data:` URI: see `readLogo`. */
  logo?: string | undefined
  /** Where a click leads: `http:` or `https:`. */
  link?: string | undefined
}

/** CSS pixels. */
export interface BadgeSize {
  width: number
  height: number
}
