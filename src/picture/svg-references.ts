import { quote } from '../errors.ts'
import { readRasterSize } from './badge/raster-size.ts'
import { MAX_PIXELS } from './draw-canvas.ts'
import { findSvgExpansion } from './svg-expansion.ts'

/** The start of an element, or an attribute with a reference, whatever its prefix. */
const PIECE = /<([^\s/>]*)|href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi
const LINK = /^(?:[^:]{1,20}:)?a$/
/** A value cannot contain the start of another element (XML, section 3.1): then it is no value. */
const LOCAL = /^#[^<]*$/
/** The type is ignored: canvas looks at the bytes. */
const DATA = /^data:image\/[a-z+.-]{1,20};base64,([a-z0-9+/=\s]*)$/i
/** Bytes of an embedded picture that are read for its size. */
const HEAD_LENGTH = 400_000

/**
 * Describes why an SVG must not be decoded; undefined if it may. Canvas reads the file of every `file:` URL in it, so that a
 * picture could show any image of this machine. Entities are refused too, since they can hide such a URL or grow without end,
 * and so are references to its own elements that draw too much.
 */
export function findSvgReference(svg: string): string | undefined {
  if (/<!ENTITY/i.test(svg)) return 'expected an SVG without entities'
  let isLink = false
  for (const [piece, element, double, single = ''] of svg.matchAll(PIECE)) {
    const value = (double ?? single).trim()
    if (element !== undefined) isLink = LINK.test(element)
    else if (!(isLink && !value.includes('<')) && !LOCAL.test(value) && !isPicture(value))
      return `expected an SVG without references to other files, got ${quote(piece.slice(0, 60))}`
  }
  return findSvgExpansion(svg)
}

/** Whether a reference is a PNG, JPEG, GIF or WebP of a bearable size. An SVG within could have references of its own. */
function isPicture(value: string): boolean {
  const data = DATA.exec(value)?.[1]
  const size =
    data === undefined ? undefined : readRasterSize(Buffer.from(data.slice(0, HEAD_LENGTH), 'base64'))
  return size !== undefined && size.width * size.height <= MAX_PIXELS
}
