import { decodeSegment } from '../widget/key.ts'
import { SERVER_PATHS } from '../widget/server-paths.ts'
import { EXTENSIONS, type Extension, isExtension } from './extensions.ts'

/** What a picture's path says. */
export interface PicturePath {
  widget: string
  /** Undefined for the widget's default key. */
  key: string | undefined
  /** Undefined for the page of a picture. */
  extension: Extension | undefined
}

/** What asks for a picture by its ending, and for nothing that stands under a name of the server's own. */
const PICTURE = new RegExp(
  `^/(?!(?:${Object.keys(SERVER_PATHS).join('|')})/)[^/?]+(?:/[^/?]*)?\\.(?:${Object.keys(EXTENSIONS).join('|')})(?:\\?|$)`,
)

const PATH = /^\/([^/]+)(?:\/([^/]*))?$/
const ENDING = /\.([a-z]+)$/

/** Whether a request target is a picture's by its form: such go the shortest way. */
export function isPictureUrl(url: string): boolean {
  return PICTURE.test(url)
}

/**
 * Reads `/<widget>/<key>.<ext>`, `/<widget>.<ext>` and `/<widget>/<key>`; undefined for any other path. The last dot
 * belongs to the key where no known extension follows it. Only the widget's grammar can say whether the key is one.
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

/** The ending of a path, also of one that cannot be read otherwise; undefined where it is none of a picture's. */
export function extensionOf(path: string): Extension | undefined {
  const ending = ENDING.exec(path)?.[1]
  return ending !== undefined && isExtension(ending) ? ending : undefined
}
