import type { IncomingHttpHeaders } from 'node:http'
import { notFound, PublicError, quote, toPublicError } from '../../errors.ts'
import type { CardPlace } from '../../picture/cards.ts'
import { checkKey } from '../../widget/key.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { type Extension, formatOf } from '../extensions.ts'
import { isLongUrl, uriTooLong } from '../head-limits.ts'
import { type Delivery, negotiate } from '../negotiate.ts'
import { extensionOf, type PicturePath, parsePicturePath } from '../picture-path.ts'
import { wantsImage } from '../purpose.ts'
import { UNKNOWN_PLACE } from '../send-error.ts'
import { placeOf, unknownPlace } from './error-place.ts'
import { findPicture, type Widgets } from './find-manifest.ts'

/** A picture that was requested, and how it is delivered. */
export interface RequestedPicture {
  manifest: Manifest
  key: string
  extension: Extension | undefined
  query: URLSearchParams
  delivery: Delivery
}

/** The parts of a picture's request that can be read. */
export interface Target {
  /** Undefined if the path cannot be read. */
  widget?: string
  /** Also known if the rest of the path cannot be read: errors about `.json` are JSON. */
  extension: Extension | undefined
  /** Format and size of the picture: an error is drawn in the same. */
  readonly place: CardPlace
  /** The picture, or the request's fault. */
  result: RequestedPicture | PublicError
}

/** A target whose place is read only for an error. */
class LazyTarget implements Target {
  readonly widget: string
  readonly extension: Extension | undefined
  readonly result: Target['result']
  readonly #readPlace: () => CardPlace

  constructor({ widget, extension }: PicturePath, readPlace: () => CardPlace, result: Target['result']) {
    this.widget = widget
    this.extension = extension
    this.result = result
    this.#readPlace = readPlace
  }

  // Not in an object literal: V8 gives each such object a shape of its own, which takes as long as half a badge.
  get place(): CardPlace {
    return this.#readPlace()
  }
}

/** The part of a request that names its picture. */
export interface TargetRequest {
  method?: string | undefined
  url?: string | undefined
  headers: IncomingHttpHeaders
}

/** Reads the picture that a request is for. Never throws: a fault is the result. */
export function readTarget(request: TargetRequest, widgets: Widgets): Target {
  const url = toOriginForm(request.url ?? '/')
  const split = url.indexOf('?')
  const pathname = split < 0 ? url : url.slice(0, split)
  const extension = extensionOf(pathname)
  const path = attempt(() => readPath(request, url, pathname))
  if (path instanceof PublicError) return { extension, place: UNKNOWN_PLACE, result: path }
  const format = formatOf(path.extension)
  const manifest = attempt(() => findPicture(widgets, path, wantsImage(request.headers)))
  const query = new URLSearchParams(split < 0 ? '' : url.slice(split))
  if (manifest instanceof PublicError)
    return new LazyTarget(path, () => unknownPlace(format, query), manifest)
  const withResult = (result: Target['result']) =>
    new LazyTarget(path, () => placeOf(manifest, format, query), result)
  const key = attempt(() => readKey(path, manifest))
  if (key instanceof PublicError) return withResult(key)
  const delivery = attempt(() => readDelivery(request, path.extension, query))
  if (delivery instanceof PublicError) return withResult(delivery)
  return withResult({ manifest, key, extension: path.extension, query, delivery })
}

function readPath({ method }: TargetRequest, url: string, pathname: string): PicturePath {
  if (isLongUrl({ url })) throw uriTooLong({ url })
  checkMethod(method)
  const path = parsePicturePath(pathname)
  if (!path) throw notFound('there is nothing here')
  return path
}

function readKey({ key }: PicturePath, { key: grammar }: Manifest): string {
  checkKey(key ?? grammar.default, grammar)
  return key ?? grammar.default
}

function readDelivery(
  { headers }: TargetRequest,
  extension: Extension | undefined,
  query: URLSearchParams,
): Delivery {
  return extension ? negotiate({ headers, extension, query }) : { kind: 'page' }
}

/** The result of `read`, or the `PublicError` that it throws. */
function attempt<T>(read: () => T): T | PublicError {
  try {
    return read()
  } catch (error) {
    return toPublicError(error)
  }
}

/** Removes `http://host` from a request target in absolute form (RFC 9112, section 3.2.2). */
function toOriginForm(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, '')
}

function checkMethod(method: string | undefined): void {
  if (method === 'GET' || method === 'HEAD') return
  throw new PublicError({
    code: 'method-not-allowed',
    status: 405,
    caption: 'expected GET or HEAD',
    detail: `expected GET or HEAD, got ${quote(method)}`,
    headers: { Allow: 'GET, HEAD' },
  })
}
