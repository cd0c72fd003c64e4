import type { ServerResponse } from 'node:http'

/** Writes the headers of a stream. */
export function writeHead(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  // Close-delimited: chunked coding costs twice the time a frame, and a cut stream would show a broken icon.
  response.removeHeader('Transfer-Encoding')
  response.shouldKeepAlive = false
  response.writeHead(200, headers)
  response.flushHeaders()
}
