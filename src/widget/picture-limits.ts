/** The highest frame rate of an animated widget, in frames a second. */
export const MAX_FPS = 30

/** The longest side of a picture, in CSS pixels. */
export const MAX_SIDE = 4096
