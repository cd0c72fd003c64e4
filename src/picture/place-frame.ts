/** How a frame fills a picture of other proportions: wholly visible, cut, or stretched. */
export const FITS = ['contain', 'cover', 'fill'] as const

/** One of `FITS`. */
export type FrameFit = (typeof FITS)[number]

/** A rectangle, in pixels. */
interface Area {
  x: number
  y: number
  width: number
  height: number
}

interface Lengths {
  width: number
  height: number
}

const WHOLE: Area = { x: 0, y: 0, width: 100, height: 100 }

/**
 * Reads the part of a frame that is shown: `x,y,width,height` in percent of the frame. Empty is the whole frame.
 * @returns undefined for any other text.
 */
export function parseCrop(text: string): Area | undefined {
  if (text === '') return WHOLE
  const parts = text.split(',')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}(?:\.\d{1,6})?$/.test(part))) return undefined
  const [x = 0, y = 0, width = 0, height = 0] = parts.map(Number)
  const isInside = width > 0 && height > 0 && x + width <= 100 && y + height <= 100
  return isInside ? { x, y, width, height } : undefined
}

/** Returns the size of a picture of a frame, in CSS pixels: a side that is 0 follows from the other, or from the frame. */
export function frameSize(asked: Lengths, crop: string, frame: Lengths): Lengths {
  const part = partOf(frame, crop)
  if (asked.width > 0 && asked.height > 0) return { width: asked.width, height: asked.height }
  if (asked.width > 0) return whole(asked.width, (asked.width * part.height) / part.width)
  if (asked.height > 0) return whole((asked.height * part.width) / part.height, asked.height)
  return whole(part.width, part.height)
}

/** Returns the part of a frame that is drawn, and where in the picture. */
export function placeFrame(
  frame: Lengths,
  picture: Lengths,
  { fit, crop }: { fit: FrameFit; crop: string },
): { from: Area; to: Area } {
  const part = partOf(frame, crop)
  const across = picture.width / part.width
  const down = picture.height / part.height
  if (fit === 'fill') return { from: part, to: { x: 0, y: 0, ...picture } }
  const scale = fit === 'cover' ? Math.max(across, down) : Math.min(across, down)
  const shown = {
    width: Math.min(part.width, picture.width / scale),
    height: Math.min(part.height, picture.height / scale),
  }
  const from = {
    x: part.x + (part.width - shown.width) / 2,
    y: part.y + (part.height - shown.height) / 2,
    ...shown,
  }
  const [width, height] = [shown.width * scale, shown.height * scale]
  return { from, to: { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height } }
}

function partOf(frame: Lengths, crop: string): Area {
  const { x, y, width, height } = parseCrop(crop) ?? WHOLE
  const share = (length: number, percent: number) => (length * percent) / 100
  return {
    x: share(frame.width, x),
    y: share(frame.height, y),
    width: share(frame.width, width),
    height: share(frame.height, height),
  }
}

function whole(width: number, height: number): Lengths {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) }
}
