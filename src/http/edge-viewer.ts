import type { ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { PublicError } from '../errors.ts'
import type { PictureRequest } from './request.ts'
import { sendProblem } from './send-error.ts'
import type { TokenGuard } from './token-guard.ts'

/** Headers in which an edge names its reader to its upstream: the token, the reader's address, and the edges so far. */
export const EDGE_HEADERS = {
  token: 'imgcast-edge',
  address: 'imgcast-viewer',
  hops: 'imgcast-hops',
} as const

const MAX_ADDRESS_LENGTH = 45

/**
 * Gives a request the address of the reader at an edge, if the edge has the token. Removes the headers, so that nothing
 * else sees the token. Returns undefined, or resolves to the refusal of a wrong token: otherwise these headers would be a
 * way to guess the token that is neither slowed down nor logged.
 * @param trust the proxies that are trusted, for a request without Express.
 */
export function readEdgeViewer(
  request: PictureRequest,
  guard: Pick<TokenGuard, 'accepts' | 'refuse'>,
  trust: Pick<PictureRequest, 'app'> = {},
): Promise<PublicError> | undefined {
  const { headers } = request
  const token = headers[EDGE_HEADERS.token]
  if (token === undefined) return undefined
  const address = String(headers[EDGE_HEADERS.address] ?? '').slice(0, MAX_ADDRESS_LENGTH)
  delete headers[EDGE_HEADERS.token]
  delete headers[EDGE_HEADERS.address]
  if (!guard.accepts(String(token))) return guard.refuse(Object.assign(request, trust))
  if (isIP(address) !== 0) request.edgeViewer = { address }
  return undefined
}

/** Reads the reader at an edge as `readEdgeViewer` does, and refuses a wrong token. Returns whether it was refused. */
export function refuseWrongEdge(
  request: PictureRequest,
  response: ServerResponse,
  guard: Pick<TokenGuard, 'accepts' | 'refuse'>,
  onRefused: (error: PublicError) => void,
  trust?: Pick<PictureRequest, 'app'>,
): boolean {
  const refusal = readEdgeViewer(request, guard, trust)
  void refusal?.then((error) => {
    onRefused(error)
    sendProblem(request, response, error)
  })
  return refusal !== undefined
}
