import { decodeSegment } from '../widget/key.ts'
import { SERVER_PATHS } from '../widget/server-paths.ts'
import { EXTENSIONS, type Extension, isExtension } from './extensions.ts'

/** The parts of a picture's path. */
export interface PicturePath {
  widget: string
  /** Undefined for the widget's default key. */
  key: string | undefined
  /** Undefined for the page of a picture. */
  extension: Extension | undefined
}

/** A URL with a picture's extension, in any case, that is not below one of the server's own paths. */
const PICTURE = new RegExp(
  `^/(?!(?:${Object.keys(SERVER_PATHS).join('|')})/)[^/?]+(?:/[^/?]*)?\\.(?:${Object.keys(EXTENSIONS).join('|')})(?:\\?|$)`,
  'i',
)

const PATH = /^\/([^/]+)(?:\/([^/]*))?$/
const ENDING = /\.([a-z]+)$/i

/** Whether a request target has the form of a picture's URL, by its extension. */
export function isPictureUrl(url: string): boolean {
  return PICTURE.test(url)
}

/**
 * Reads `/<widget>/<key>.<ext>`, `/<widget>.<ext>` and `/<widget>/<key>`; undefined for any other path. The last dot
 * belongs to the key if no known extension follows it. Whether the key is valid is decided by the widget's grammar.
 * @throws PublicError 400 for a malformed percent-encoding.
 */
export function parsePicturePath(path: string): PicturePath | undefined {
  const match = PATH.exec(path)
  if (!match) return undefined
  const [, first = '', second] = match
  const last = decodeSegment(second ?? first)
  const extension = extensionOf(last)
  const name = extension === undefined ? last : last.slice(0, -extension.length - 1)
  if (second === undefined) return { widget: name, key: undefined, extension }
  return { widget: decodeSegment(first), key: name, extension }
}

/** The extension of a path, even if the path is otherwise invalid; undefined if it is not a picture's. */
export function extensionOf(path: string): Extension | undefined {
  const ending = ENDING.exec(path)?.[1]?.toLowerCase()
  return ending !== undefined && isExtension(ending) ? ending : undefined
}
