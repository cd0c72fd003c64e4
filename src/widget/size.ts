/** A length that viewers may choose, in CSS pixels. */
export interface SizeRange {
  min: number
  max: number
  default: number
}

/** A picture's size in CSS pixels. */
export interface Size {
  width: number
  height: number
}
