import type { ServerResponse } from 'node:http'
import type { Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { SocketDescriptor } from '../../system/socket-descriptor.ts'

/** The descriptor of the TCP connection that carries a response, through TLS and HTTP/2; undefined if it has none. */
export function descriptorBelow(response: ServerResponse): SocketDescriptor | undefined {
  const { stream } = response as unknown as { stream?: Http2Stream }
  const socket = stream ? (stream.session?.socket as Socket | undefined) : response.socket
  return socket ? new SocketDescriptor(socket) : undefined
}
