import type { Request } from 'express'
import { PublicError, quote } from '../../errors.ts'
import { badParameters } from '../../widget/look.ts'
import type { Click, Size } from '../../widget/widget.ts'

/** `?x,y` of an `ismap`: browsers append it to the query of the link. */
const POINT = /(?:^|[?&])(-?\d+)(?:,|%2c)(-?\d+)$/i
/** No page lays a picture out larger than a browser can scroll. */
const MAX_COORDINATE = 1e6

/**
 * The point of a click: `?x,y` of an `ismap` (appended to the query of the link, so the last one counts), or `name.x` and
 * `name.y` of an image input; both undefined for a link.
 * @throws PublicError 400 if they are not coordinates.
 */
export function readPoint({ url = '', body }: Pick<Request, 'url' | 'body'>): Pick<Click, 'x' | 'y'> {
  const split = url.indexOf('?')
  const search = split < 0 ? '' : url.slice(split + 1)
  const point = POINT.exec(search)
  if (point) return checkPoint(point[1], point[2])
  const fields = [...new URLSearchParams(search), ...Object.entries((body ?? {}) as Record<string, unknown>)]
  const [x, y] = ['x', 'y'].map(
    (axis) => fields.findLast(([name]) => name === axis || name.endsWith(`.${axis}`))?.[1],
  )
  return x === undefined && y === undefined ? { x: undefined, y: undefined } : checkPoint(x, y)
}

/** The query of a click's URL, which is that of the picture, without the point. */
export function pictureQuery({ url }: Pick<Request, 'url'>): URLSearchParams {
  const [, search = ''] = /\?(.*)/s.exec(url) ?? []
  return new URLSearchParams(search.replace(POINT, ''))
}

/**
 * The size at which a page shows the picture, if it is not the picture's own: `shown=150x150`.
 * @throws PublicError 400 if it is not a size.
 */
export function readShown(query: URLSearchParams): Size | undefined {
  const raw = query.get('shown')
  if (raw === null) return undefined
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(raw) ?? []
  if (Number(width) > 0 && Number(height) > 0) return { width: Number(width), height: Number(height) }
  throw badParameters([
    { name: 'shown', detail: `expected a width and height like 150x150, got ${quote(raw)}` },
  ])
}

function checkPoint(x: unknown, y: unknown): { x: number; y: number } {
  const [across, down] = [x, y].map((value) => (/^-?\d+$/.test(String(value)) ? Number(value) : Number.NaN))
  if (isCoordinate(across) && isCoordinate(down)) return { x: across, y: down }
  const detail = `expected two whole numbers like ?12,34, got ${quote(x)} and ${quote(y)}`
  const faults = [{ name: 'x,y', detail }]
  throw new PublicError({
    code: 'bad-parameter',
    status: 400,
    caption: 'expected two whole numbers like ?12,34',
    detail,
    faults,
  })
}

function isCoordinate(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) <= MAX_COORDINATE
}
