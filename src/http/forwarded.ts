import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** One hop as a proxy reported it. */
export interface ForwardedHop {
  /** An IPv4 or IPv6 address, without a port. */
  address: string
  /** The protocol of the request that the proxy received; undefined where it does not say. */
  protocol: 'http' | 'https' | undefined
}

/** Only the end of a longer header is read: what the nearest proxies wrote. */
const MAX_LENGTH = 2048
const MAX_HOPS = 32
/** `192.0.2.1:5000`, `[2001:db8::1]:443`: some proxies append the client's port, which changes with every connection. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\](?::\d+)?|([\d.]+):\d+)$/i

/**
 * Reads the hops that proxies reported, the nearest first: from `X-Forwarded-For`, or without it from `Forwarded`
 * (RFC 7239). A hop that is not an address (`unknown`, `_hidden`) ends the list.
 */
export function readForwarded(headers: IncomingHttpHeaders): ForwardedHop[] {
  // Nearly every proxy sets the older header and passes the newer one on as the client sent it.
  const list = headers['x-forwarded-for']
  const elements = elementsOf(list ?? headers.forwarded)
  const hops: ForwardedHop[] = []
  for (const element of elements.toReversed().slice(0, MAX_HOPS)) {
    const hop =
      list === undefined ? parseElement(element) : { address: withoutPort(element), protocol: undefined }
    if (isIP(hop.address) === 0) break
    hops.push(hop)
  }
  return hops
}

/** Commas always separate: if quotes hid them, a client's unclosed quote would hide the hops of the proxies after it. */
function elementsOf(header: string | string[] | undefined): string[] {
  const text = header === undefined ? '' : String(header)
  if (text.length <= MAX_LENGTH) return text.split(',')
  return text.slice(-MAX_LENGTH).split(',').slice(1)
}

function parseElement(element: string): ForwardedHop {
  const hop: ForwardedHop = { address: '', protocol: undefined }
  for (const pair of element.split(';')) {
    const split = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, split)).trim().toLowerCase()
    const value = pair.slice(split + 1)
    if (name === 'for') hop.address = withoutPort(value)
    else if (name === 'proto') hop.protocol = toProtocol(unquote(value))
  }
  return hop
}

function withoutPort(value: string): string {
  const address = unquote(value)
  const [, inBrackets, bare] = WITH_PORT.exec(address) ?? []
  return inBrackets ?? bare ?? address
}

function unquote(value: string): string {
  const text = value.trim()
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

function toProtocol(text: string): ForwardedHop['protocol'] {
  const name = text.toLowerCase()
  return name === 'http' || name === 'https' ? name : undefined
}
