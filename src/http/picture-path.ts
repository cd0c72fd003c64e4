import { PublicError, quote } from '../errors.ts'
import { EXTENSIONS, type Extension } from './negotiate.ts'

/** What a picture's path says. */
export interface PicturePath {
  widget: string
  key: string
  /** Undefined for the page of a picture. */
  extension: Extension | undefined
}

/** The longest request target, in characters. */
export const MAX_URL = 2048

const PATH = /^\/([^/]+)(?:\/([^/]*))?$/
const KEY = /^[A-Za-z0-9._~-]{1,64}$/
const ENDING = /\.([a-z]+)$/

/**
 * Reads `/<widget>/<key>.<ext>`, `/<widget>.<ext>` (the key `main`) and `/<widget>/<key>`; undefined for any other
 * path. A last dot that no known ending follows belongs to the key.
 * @throws PublicError 400 for a key outside its grammar.
 */
export function parsePicturePath(path: string): PicturePath | undefined {
  const match = PATH.exec(path)
  if (!match) return undefined
  const [, first = '', second] = match
  const last = decode(second ?? first)
  const ending = ENDING.exec(last)?.[1]
  const extension =
    ending !== undefined && Object.hasOwn(EXTENSIONS, ending) ? (ending as Extension) : undefined
  const name = extension === undefined ? last : last.slice(0, -extension.length - 1)
  if (second === undefined) return { widget: name, key: 'main', extension }
  checkKey(name)
  return { widget: decode(first), key: name, extension }
}

/** @throws PublicError 400 for a key outside its grammar. */
export function checkKey(key: string): void {
  if (!KEY.test(key)) throw badKey(key)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badKey(segment)
  }
}

function badKey(key: string): PublicError {
  const detail = `expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, got ${quote(key)}`
  const faults = [{ name: 'key', detail }]
  return new PublicError({ code: 'bad-key', status: 400, caption: `key: ${detail}`, faults })
}
