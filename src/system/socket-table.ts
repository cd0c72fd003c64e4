import { readFile } from 'node:fs/promises'
import { plainAddress } from './address-group.ts'

/** A TCP connection in the kernel's table. */
export interface SocketRow {
  localPort: number
  /** `192.0.2.1:5000`, `[2001:db8::1]:5000`; IPv4 also for IPv4-mapped IPv6 sockets. */
  remote: string
  state: string
  /** Number of unacknowledged retransmissions or keep-alive probes. */
  retries: number
}

/** The sockets of counted streams: their addresses, and the number of streams on each (several over HTTP/2). */
export interface CountedSocket {
  localPort: number
  remote: string
  streams: number
}

const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6']
/** `include/net/tcp_states.h`, from 1. */
const STATES = [
  'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT',
  'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING', 'NEW_SYN_RECV',
] // biome-ignore format: a table

/** Reads the kernel's table of TCP sockets (proc(5), as `ss -t` shows it). Rejects if there is none. */
export async function readSocketTable(): Promise<SocketRow[]> {
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'utf8').catch(() => undefined)))
  if (texts.every((text) => text === undefined))
    throw new Error('expected /proc/net/tcp, which this kernel does not have')
  return texts.flatMap((text) => parseSocketTable(text ?? ''))
}

/** Parses the text of /proc/net/tcp or tcp6. */
export function parseSocketTable(text: string): SocketRow[] {
  return text.split('\n').flatMap((line) => {
    const [slot, local, remote, state, , , retries] = line.trim().split(/\s+/)
    if (!/^\d+:$/.test(slot ?? '') || !local || !remote || !state || !retries) return []
    return {
      localPort: Number.parseInt(local.split(':')[1] ?? '', 16),
      remote: parseEndpoint(remote),
      state: STATES[Number.parseInt(state, 16) - 1] ?? state,
      retries: Number.parseInt(retries, 16),
    }
  })
}

/** Formats an address and a port as in the table's rows. */
export function toEndpoint(address: string, port: number): string {
  const plain = plainAddress(address)
  return plain.includes(':') ? `[${shorten(plain)}]:${port}` : `${plain}:${port}`
}

/** Each 32-bit word of an address is in the machine's byte order: little-endian on all platforms of Node. */
function parseEndpoint(text: string): string {
  const [hex = '', port = ''] = text.split(':')
  const bytes = Buffer.from(hex, 'hex').swap32()
  const number = Number.parseInt(port, 16)
  if (bytes.length === 4) return toEndpoint([...bytes].join('.'), number)
  const isMapped = bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'))
  if (isMapped) return toEndpoint([...bytes.subarray(12)].join('.'), number)
  const groups = Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(group * 2).toString(16))
  return toEndpoint(groups.join(':'), number)
}

/** Normalises an IPv6 address to the URL parser's spelling (RFC 5952). */
function shorten(address: string): string {
  const bare = address.split('%', 1)[0] ?? address
  return URL.canParse(`http://[${bare}]`) ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare
}
