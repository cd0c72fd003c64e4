import type { PictureRequest } from './streams.ts'

/** `192.0.2.1:5000`, `[2001:db8::1]:443`: some proxies write the client's port behind it, which is another each time. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\](?::\d+)?|([\d.]+):\d+)$/i

/** The address that a request came from, as far as the proxies that are believed say so; empty where it is gone. */
export function clientAddress({ ip, socket }: PictureRequest): string {
  const address = ip ?? socket.remoteAddress ?? ''
  const [, inBrackets, bare] = WITH_PORT.exec(address) ?? []
  return inBrackets ?? bare ?? address
}
