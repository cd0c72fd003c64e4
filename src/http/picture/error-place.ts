import type { CardPlace } from '../../picture/cards.ts'
import type { Format } from '../../picture/frame.ts'
import { lookSpecs, SCALE } from '../../widget/look-table.ts'
import { expectedSize, type Manifest } from '../../widget/manifest.ts'
import { type ParamSpec, type ParamValue, param, parseParam } from '../../widget/param.ts'
import type { Size } from '../../widget/widget.ts'
import { UNKNOWN_PLACE } from '../send-error.ts'

/** The size of a badge's error picture, in CSS pixels. */
const BADGE_SIZE: Size = { width: 320, height: 40 }
/** The parameters of a card in place of a picture that no widget draws; an SVG has no scale. */
const VECTOR: Specs = { theme: param.theme().spec }
const RASTER: Specs = { ...VECTOR, scale: SCALE }

type Specs = Readonly<Record<string, ParamSpec>>

/** The place of an error card: the requested format and size, if they are valid. */
export function placeOf(manifest: Manifest, format: Format, query: URLSearchParams): CardPlace {
  return readPlace(expectedSize(manifest), format, query, {
    ...manifest.params,
    ...lookSpecs(manifest, format),
  })
}

/** The same in place of a picture of no widget. */
export function unknownPlace(format: Format, query: URLSearchParams): CardPlace {
  return readPlace(UNKNOWN_PLACE, format, query, format === 'svg' ? VECTOR : RASTER)
}

/** The same in place of a badge. */
export function badgePlace(format: Format, query: URLSearchParams): CardPlace {
  return readPlace(BADGE_SIZE, format, query, format === 'svg' ? VECTOR : RASTER)
}

function readPlace(size: Size, format: Format, query: URLSearchParams, specs: Specs): CardPlace {
  const read = <T extends ParamValue>(name: string, otherwise: T): T => {
    const raw = query.getAll(name).at(-1)
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (raw === undefined || !spec) return otherwise
    try {
      return parseParam(spec, raw) as T
    } catch {
      return otherwise
    }
  }
  return {
    format,
    width: read('width', size.width) || size.width,
    height: read('height', size.height) || size.height,
    scale: read('scale', 1),
    theme: read('theme', 'auto'),
  }
}
