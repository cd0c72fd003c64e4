import { readFile, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Image } from '@napi-rs/canvas'
import { quote } from '../errors.ts'
import { readRasterSize } from '../picture/badge/raster-size.ts'
import { decodeImage } from '../picture/decode-image.ts'
import { MAX_PIXELS } from '../picture/draw-canvas.ts'
import { blameCall } from './blame-call.ts'
import { noteFile } from './read-files.ts'

/** The name under which a render process provides the server's client; shared by all copies of this module. */
const FETCH = Symbol.for('imgcast.fetchImage')
const MAX_FILE_BYTES = 32 * 2 ** 20
const HEAD_BYTES = 4_096

type FetchImage = (url: string) => Promise<Uint8Array>

/** Has `loadImage` get pictures of other servers by `fetch`: in a render process, from the server. */
export function provideImages(fetch: FetchImage): void {
  Object.defineProperty(globalThis, FETCH, { value: fetch, configurable: true })
}

/**
 * Loads a picture for `ctx.drawImage`: PNG, JPEG, GIF, WebP or SVG of at most 16 million pixels. Await it in `load`, or at the
 * top of the module.
 * @param source a file beside the module, `new URL('logo.png', import.meta.url)`, or its absolute path: at the top of a
 * module, the server loads the module again when the file changes; an http or https URL,
 * which the server fetches within five seconds, up to 5 MB, and keeps for a minute; or the bytes.
 * @throws Error that names the fault, with no more of an address than its host.
 */
export async function loadImage(source: string | URL | Uint8Array): Promise<Image> {
  const call = new Error()
  try {
    return await readImage(source)
  } catch (error) {
    throw blameCall(error, call)
  }
}

async function readImage(source: string | URL | Uint8Array): Promise<Image> {
  const bytes = await readSource(source)
  const size = readRasterSize(bytes)
  if (!size && !isSvg(bytes)) throw new TypeError('expected a PNG, JPEG, GIF, WebP or SVG')
  checkPixels(size)
  const image = await decodeImage(bytes)
  checkPixels(image)
  return image
}

/** Whether bytes begin as an SVG does, after a declaration and comments. */
function isSvg(bytes: Buffer): boolean {
  const head = bytes.subarray(0, HEAD_BYTES).toString().trimStart()
  return /^\ufeff?</.test(head) && head.includes('<svg')
}

function checkPixels(size: { width: number; height: number } | undefined): void {
  if (!size || size.width * size.height <= MAX_PIXELS) return
  throw new RangeError(
    `expected a picture of at most ${MAX_PIXELS / 1e6} million pixels, got ${size.width} x ${size.height}`,
  )
}

async function readSource(source: unknown): Promise<Buffer> {
  if (source instanceof Uint8Array) return Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  const text = source instanceof URL ? source.href : source
  if (typeof text !== 'string') throw new TypeError(`expected a file, a URL or bytes, got ${quote(source)}`)
  if (/^https?:/i.test(text)) return Buffer.from(await fetchImage(text))
  const path = text.startsWith('file:') ? fileURLToPath(text) : text
  if (!isAbsolute(path))
    throw new TypeError(
      `expected an absolute path, got ${quote(text)}: use new URL(${quote(text)}, import.meta.url)`,
    )
  noteFile(path)
  const { size } = await stat(path)
  if (size > MAX_FILE_BYTES)
    throw new RangeError(`expected a file of at most ${MAX_FILE_BYTES} bytes, got ${size}`)
  return readFile(path)
}

async function fetchImage(url: string): Promise<Uint8Array> {
  const fetch = (globalThis as { [FETCH]?: FetchImage })[FETCH]
  if (fetch) return fetch(url)
  const { OutgoingClient } = await import('../system/outgoing.ts')
  const { RemoteImages } = await import('../system/remote-images.ts')
  // In a test of a widget there is no server: its author may load from anywhere.
  return new RemoteImages(new OutgoingClient({ allowPrivateTargets: true })).fetch(url)
}
