import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'
import { headerText } from './header-text.ts'
import { isBrowser, isImageProxy, takesStillsOnly } from './user-agent.ts'

/** What a client will do with the response, according to its headers. */
export interface Purpose {
  /** `image`: shows it as an image; `page`: a person opened the URL; `data`: reads JSON. */
  kind: 'image' | 'page' | 'data' | 'other'
  /** False for an image that is only assumed, as a browser sent no `Sec-Fetch-Dest` and accepts anything. */
  isStated: boolean
  /** True for image proxies, mail clients and crawlers: a stream would never end for them. */
  takesStillsOnly: boolean
}

/** Every browser sends one of a few. */
const PREFERRED = new LRUCache<string, string>({ max: 1000 })
/** Longer ones are not remembered: strangers choose them. */
const MAX_REMEMBERED = 300

/** Reads a request's purpose from its headers. This is the only definition of a request for an image, a page or data. */
export function readPurpose(headers: IncomingHttpHeaders): Purpose {
  const userAgent = headerText(headers, 'user-agent')
  const destination = headers['sec-fetch-dest']
  const stillsOnly = takesStillsOnly(userAgent, destination !== undefined)
  const type = preferredType(headers)
  const purpose = (kind: Purpose['kind'], isStated = true) => ({
    kind,
    isStated,
    takesStillsOnly: stillsOnly,
  })
  if (destination === 'image') return purpose('image')
  if (type.endsWith('json')) return purpose('data')
  // Link unfurlers and crawlers accept HTML, and are sent the picture.
  if (!stillsOnly && (destination === 'document' || type === 'text/html')) return purpose('page')
  if (destination !== undefined) return purpose('other')
  // Plain http hosts get no Sec-Fetch headers: there `Accept` decides.
  if (type.startsWith('image/')) return purpose('image')
  return type === '*/*' && isBrowser(userAgent) && !stillsOnly ? purpose('image', false) : purpose('other')
}

/** Whether a person opened the URL itself, so that errors are pages. */
export function wantsPage(headers: IncomingHttpHeaders): boolean {
  return readPurpose(headers).kind === 'page'
}

/** Whether a request states that it loads an image, so that a page cannot be the response. */
export function wantsImage(headers: IncomingHttpHeaders): boolean {
  const { kind, isStated } = readPurpose(headers)
  return kind === 'image' && isStated
}

/** Whether errors are problem documents for this client. Errors about `.json` always are. */
export function wantsProblem(headers: IncomingHttpHeaders, extension: string | undefined): boolean {
  return extension === 'json' || readPurpose(headers).kind === 'data'
}

/** Whether errors are plain text for this client: in place of a picture in words, unless it reads problem documents. */
export function wantsText(headers: IncomingHttpHeaders, extension: string | undefined): boolean {
  return extension === 'txt' && !wantsProblem(headers, extension)
}

/** Whether an error picture needs the status 200: image proxies drop every other. */
export function wantsStatus200(headers: IncomingHttpHeaders): boolean {
  return isImageProxy(headerText(headers, 'user-agent'))
}

function preferredType(headers: IncomingHttpHeaders): string {
  if (headers.accept === undefined) return '*/*'
  const accept = headerText(headers, 'accept')
  const remembered = PREFERRED.get(accept)
  if (remembered !== undefined) return remembered
  const preferred = new Negotiator({ headers: { accept } }).mediaTypes()[0] ?? ''
  if (accept.length <= MAX_REMEMBERED) PREFERRED.set(accept, preferred)
  return preferred
}
