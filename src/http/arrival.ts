import type { Arrival, Viewers } from '../viewer/viewers.ts'
import { canBeProbed, clientOf, hasSixConnections, isProxied, sharedConnection } from './client.ts'
import { headerText } from './header-text.ts'
import { isLocalReader } from './local-reader.ts'
import { clientAddress, type PictureRequest } from './request.ts'

/** Reads a viewer's arrival from a request, for any transport that begins with one. */
export function toArrival(request: PictureRequest, viewers: Pick<Viewers, 'keyOf'>): Arrival {
  const { headers, socket } = request
  const address = clientAddress(request)
  const viewerKey = viewers.keyOf({
    address,
    userAgent: headerText(headers, 'user-agent'),
    language: headerText(headers, 'accept-language'),
    isProxied: isProxied(request),
  })
  return {
    address,
    viewerKey,
    shared: sharedConnection(request, viewerKey),
    client: clientOf(headers),
    hasSixConnections: hasSixConnections(request),
    isLocal: isOnOwnPage(request) && isLocalReader(request),
    canBeProbed: canBeProbed(request),
    socket,
  }
}

/** Whether a page of this server, such as the gallery, shows the picture. */
function isOnOwnPage({ headers }: PictureRequest): boolean {
  return headers.referer?.startsWith(`http://${headers.host}/`) ?? false
}
