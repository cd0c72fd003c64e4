import { quote } from '../../errors.ts'
import { MAX_PIXELS } from '../../picture/encode.ts'
import { frameSize } from '../../picture/place-frame.ts'
import { findUnknownFields } from '../../system/unknown-fields.ts'
import type { LoadedWidget } from '../../widget/load-widget.ts'
import type { Look } from '../../widget/look.ts'
import { FRAME_SIZE } from '../../widget/manifest.ts'
import { MAX_SIDE } from '../../widget/picture-limits.ts'
import { showsFrames } from '../../widget/role.ts'
import type { Size, SizeScope } from '../../widget/widget.ts'
import { Mistake, synchronous } from './mistake.ts'

/** The parameters of a picture make it larger than any picture may be. */
export class TooLargeError extends Error {}

/**
 * Returns the size of a picture, in whole CSS pixels: a widget's fractions are rounded up.
 * @throws Mistake if its `size` returned no size, TooLargeError if the parameters make it too large.
 */
export function pictureSize({ widget, manifest }: LoadedWidget, look: Look, scope: SizeScope): Size {
  const { size: declared } = widget
  if (typeof declared !== 'function' && !showsFrames(manifest.role))
    return { width: look.width, height: look.height }
  const given =
    typeof declared === 'function'
      ? synchronous('size', declared(scope))
      : frameSize(
          look,
          String((scope.params as { crop?: string }).crop ?? ''),
          scope.pictures[0] ?? FRAME_SIZE,
        )
  const { width, height } = Object(given) as Partial<Size>
  const size = { width: toSide(width), height: toSide(height) }
  if (!(size.width >= 1 && size.height >= 1))
    throw new Mistake(
      `returned ${describeSide(width)} x ${describeSide(height)} from \`size\`: ${findMisspelt(given) ?? `expected { width, height } from 1 to ${MAX_SIDE} pixels`}`,
    )
  if (size.width > MAX_SIDE || size.height > MAX_SIDE)
    throw new TooLargeError(
      `expected a picture of at most ${MAX_SIDE} pixels in each direction, got ${size.width} x ${size.height}`,
    )
  const pixels = size.width * size.height * look.scale ** 2
  if (pixels > MAX_PIXELS)
    throw new TooLargeError(
      `expected a picture of at most ${MAX_PIXELS / 1e6} million pixels, got ${Math.ceil(pixels)}`,
    )
  return size
}

function describeSide(length: unknown): string {
  return typeof length === 'string'
    ? quote(length)
    : typeof length === 'object'
      ? 'no number'
      : String(length)
}

/** The first misspelt length. Other fields may be data, and are not named. */
function findMisspelt(given: unknown): string | undefined {
  const fields = typeof given === 'object' && given !== null ? given : {}
  return findUnknownFields('', fields, ['width', 'height']).find((fault) => fault.includes('did you mean'))
}

function toSide(length: unknown): number {
  return typeof length === 'number' ? Math.ceil(length) : Number.NaN
}
