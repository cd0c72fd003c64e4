import type { IncomingHttpHeaders } from 'node:http'
import { quote } from '../errors.ts'
import type { Format, StreamFormat } from '../picture/frame.ts'
import { badParameters } from '../widget/look.ts'
import { type Extension, extensionRow } from './extensions.ts'
import { headerText } from './header-text.ts'
import { type Purpose, readPurpose } from './purpose.ts'
import { isFirefox } from './user-agent.ts'

/** The parts of a request that decide how its picture is delivered. */
export interface DeliveryRequest {
  headers: IncomingHttpHeaders
  extension: Extension
  query: URLSearchParams
}

/**
 * How the parts of a stream are laid out. `browser`: each picture is followed at once by the complete head of the next
 * part, because no engine shows a picture before it has seen its part end, and Chromium and WebKit recognise the end
 * only by a complete head. That head is sent before the next picture exists, so it has no length. `machine`: the classic
 * layout with an exact `Content-Length`, for programs that read streams.
 */
export type Framing = 'browser' | 'machine'

/** How a picture is delivered. */
export type Delivery =
  | {
      kind: 'stream'
      format: StreamFormat
      framing: Framing
      /** Send the beginning of the next part early. Only for Firefox, which keeps the picture if the server dies then. */
      eager: boolean
      /** Redirect to a unique URL first. */
      redirect: boolean
      /** Whether a still may be sent in its place, because the client requested neither. */
      isOptional: boolean
    }
  | { kind: 'still'; format: Format }
  | { kind: 'page' }
  | { kind: 'data' }
  | { kind: 'words' }

/**
 * Decides how a picture is delivered, to GET and HEAD alike (RFC 9110, section 9.3.2).
 * @throws PublicError 400 for an unknown `delivery`.
 */
export function negotiate(request: DeliveryRequest): Delivery {
  const row = extensionRow(request.extension)
  if (row.delivery === 'data' || row.delivery === 'words') return { kind: row.delivery }
  const requested = readDelivery(request.query)
  const purpose = readPurpose(request.headers)
  const isOptional = row.delivery === 'negotiated' && requested === undefined
  if (row.delivery === 'stream') return stream(request, row.format, purpose, isOptional)
  if (row.delivery === 'negotiated' && (requested ?? defaultDelivery(purpose)) === 'stream')
    return stream(request, row.format, purpose, isOptional)
  if (purpose.kind === 'page' && requested === undefined) return { kind: 'page' }
  return { kind: 'still', format: row.format }
}

function defaultDelivery({ kind, takesStillsOnly }: Purpose): 'stream' | 'still' {
  return kind === 'image' && !takesStillsOnly ? 'stream' : 'still'
}

function readDelivery(query: URLSearchParams): 'stream' | 'still' | undefined {
  const requested = query.getAll('delivery').at(-1)
  if (requested === undefined || requested === 'stream' || requested === 'still') return requested
  throw badParameters([{ name: 'delivery', detail: `expected stream or still, got ${quote(requested)}` }])
}

function stream(
  { headers, extension, query }: DeliveryRequest,
  format: StreamFormat,
  purpose: Purpose,
  isOptional: boolean,
): Delivery {
  const isShown = purpose.kind === 'image' && !purpose.takesStillsOnly
  // Over plain http a page's script sends no Sec-Fetch headers: only its `Accept` differs from that of an img.
  const isRead = purpose.kind !== 'page' && !(isShown && purpose.isStated)
  const framing = extension === 'mjpeg' && isRead ? 'machine' : 'browser'
  const firefox = framing === 'browser' && isFirefox(headerText(headers, 'user-agent'))
  // Firefox requests one URL at a time: a second tab would wait 20 s for the first tab's stream. A 302 takes 80 ms.
  const redirect = firefox && isShown && !query.has('v')
  return { kind: 'stream', format, framing, eager: firefox, redirect, isOptional }
}
