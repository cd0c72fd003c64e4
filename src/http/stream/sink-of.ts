import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'

/** The stream that frames are written to: the socket, or an HTTP/2 stream. */
export function sinkOf(response: ServerResponse): Writable | undefined {
  const { stream } = response as unknown as { stream?: Writable }
  return stream ?? response.socket ?? undefined
}
