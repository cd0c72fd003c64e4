import type { PictureRequest } from './request.ts'
import type { TokenGuard } from './token-guard.ts'

/** Headers in which an edge names its reader to its upstream: the token, the reader's address, and the edges so far. */
export const EDGE_HEADERS = {
  token: 'imgcast-edge',
  address: 'imgcast-viewer',
  hops: 'imgcast-hops',
} as const

const MAX_ADDRESS_LENGTH = 45

/**
 * Gives a request the address of the reader at an edge, if the edge has the token; without the token its headers mean
 * nothing. Removes the headers, so that nothing else sees the token.
 */
export function readEdgeViewer(request: PictureRequest, guard: Pick<TokenGuard, 'accepts'>): void {
  const { headers } = request
  const token = headers[EDGE_HEADERS.token]
  if (token === undefined) return
  const address = String(headers[EDGE_HEADERS.address] ?? '').slice(0, MAX_ADDRESS_LENGTH)
  delete headers[EDGE_HEADERS.token]
  delete headers[EDGE_HEADERS.address]
  if (guard.accepts(String(token)) && address !== '') request.edgeViewer = { address }
}
