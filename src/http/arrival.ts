import type { Arrival } from '../viewer/viewers.ts'
import { clientOf, hasSixConnections } from './client.ts'
import { headerText } from './header-text.ts'
import { clientAddress, type PictureRequest } from './request.ts'

/** Reads a viewer's arrival from a request, for any transport that begins with one. */
export function toArrival(request: PictureRequest): Arrival {
  const { headers, socket } = request
  return {
    address: clientAddress(request),
    userAgent: headerText(headers, 'user-agent'),
    language: headerText(headers, 'accept-language'),
    client: clientOf(headers),
    hasSixConnections: hasSixConnections(request),
    socket,
  }
}
