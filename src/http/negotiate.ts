import type { IncomingHttpHeaders } from 'node:http'
import Negotiator from 'negotiator'
import { quote } from '../errors.ts'
import type { Format, StreamFormat } from '../picture/frame.ts'
import { badParameters } from '../widget/look.ts'
import { isBrowser, isFirefox, isImageProxy, takesStillsOnly } from './user-agent.ts'

/** What a path's ending asks for. */
export type Extension = 'png' | 'jpg' | 'jpeg' | 'webp' | 'gif' | 'svg' | 'mjpeg' | 'json'

/** The endings there are, and the format of each picture. */
export const EXTENSIONS: Readonly<Record<Extension, Format | undefined>> = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  webp: 'webp',
  gif: 'gif',
  svg: 'svg',
  mjpeg: 'jpeg',
  json: undefined,
}

/** The request, as far as the way of delivery depends on it. */
export interface Question {
  headers: IncomingHttpHeaders
  extension: Extension
  query: URLSearchParams
}

/**
 * How parts are laid out. `browser`: each picture is followed at once by the whole head of the next part, since no
 * engine shows a picture before it has seen that its part ended, and Chromium and WebKit only believe a complete
 * head. That head goes out before the next picture exists, so it has no length. `machine`: the classic layout with
 * an exact `Content-Length`, for programs that read streams.
 */
export type Framing = 'browser' | 'machine'

/** How a picture is delivered. */
export type Delivery =
  | {
      kind: 'stream'
      format: StreamFormat
      framing: Framing
      /** The next part may be begun early: only Firefox, which keeps the picture should the server die meanwhile. */
      eager: boolean
      /** Answer with a 302 to a URL of its own first. */
      redirect: boolean
    }
  | { kind: 'still'; format: Format }
  | { kind: 'page' }
  | { kind: 'data' }

/** Decides how a picture is delivered, to GET and HEAD alike (RFC 9110, section 9.3.2). @throws PublicError 400 for an unknown `delivery`. */
export function negotiate(question: Question): Delivery {
  const { extension, query } = question
  const format = EXTENSIONS[extension]
  if (format === undefined) return { kind: 'data' }
  const wish = readWish(query)
  const looks = looksLike(question.headers)
  if (format === 'gif' || format === 'svg') {
    return looks === 'page' && wish === undefined ? { kind: 'page' } : { kind: 'still', format }
  }
  if (extension === 'mjpeg') return stream(question, format, looks)
  if (wish === 'still') return { kind: 'still', format }
  if (wish === 'stream' || looks === 'image') return stream(question, format, looks)
  return looks === 'page' ? { kind: 'page' } : { kind: 'still', format }
}

/** Whether errors are to be problem documents rather than pictures. */
export function wantsProblem(headers: IncomingHttpHeaders, extension: Extension | undefined): boolean {
  return extension === 'json' || preferredType(headers).endsWith('json')
}

/** Whether an error picture must go with status 200, as image proxies drop every other. */
export function wantsStatus200(headers: IncomingHttpHeaders): boolean {
  return isImageProxy(headers['user-agent'] ?? '')
}

/** Whether a person opened the URL itself: errors are pages then. */
export function wantsPage(headers: IncomingHttpHeaders): boolean {
  return looksLike(headers) === 'page'
}

/** Whether a request without a picture's ending is still an image load, which a page cannot answer. */
export function looksLikeImage(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-dest'] === 'image' || preferredType(headers).startsWith('image/')
}

function readWish(query: URLSearchParams): 'stream' | 'still' | undefined {
  const wish = query.getAll('delivery').at(-1)
  if (wish === undefined || wish === 'stream' || wish === 'still') return wish
  throw badParameters([{ name: 'delivery', detail: `expected stream or still, got ${quote(wish)}` }])
}

function stream({ headers, extension, query }: Question, format: StreamFormat, looks: Looks): Delivery {
  const userAgent = headers['user-agent'] ?? ''
  // Over plain http a page's script sends no Sec-Fetch headers: only its `Accept` differs from that of an img.
  const isRead = looks === 'other' || (looks === 'image' && !looksLikeImage(headers))
  const framing = extension === 'mjpeg' && isRead ? 'machine' : 'browser'
  const firefox = framing === 'browser' && isFirefox(userAgent)
  // Firefox asks for one URL at a time: a second tab would wait 20 s for the first one's stream. A 302 takes 80 ms.
  const redirect = firefox && looks === 'image' && !query.has('v')
  return { kind: 'stream', format, framing, eager: firefox, redirect }
}

type Looks = 'image' | 'page' | 'other'

/** What the request was made for, as far as its headers tell. */
function looksLike(headers: IncomingHttpHeaders): Looks {
  const userAgent = headers['user-agent'] ?? ''
  const destination = headers['sec-fetch-dest']
  if (takesStillsOnly(userAgent, destination !== undefined)) return 'other'
  if (destination === 'image') return 'image'
  const type = preferredType(headers)
  if (destination === 'document' || type === 'text/html') return 'page'
  if (destination !== undefined) return 'other'
  // Plain http hosts get no Sec-Fetch headers: there `Accept` decides.
  if (type.startsWith('image/')) return 'image'
  return type === '*/*' && isBrowser(userAgent) ? 'image' : 'other'
}

function preferredType(headers: IncomingHttpHeaders): string {
  if (headers.accept === undefined) return '*/*'
  return new Negotiator({ headers: { accept: headers.accept } }).mediaTypes()[0] ?? ''
}
