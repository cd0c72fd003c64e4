import { ipKeyGenerator } from 'express-rate-limit'
import { LRUCache } from 'lru-cache'

/** One customer has a whole network of this size (RFC 6177). */
const IPV6_PREFIX = 64

/** The groups of recent addresses: each request asks several times for the same. */
const RECENT = new LRUCache<string, string>({ max: 1_000 })
/** An address is no longer; a text that a proxy passed on may be, and is not kept. */
const MAX_LENGTH = 64

/** An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`), as IPv4; any other address as it is. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** The key of limits by address: an IPv4 address, even if written as IPv6, or the /64 of an IPv6 address. */
export function addressGroup(address: string): string {
  const recent = RECENT.get(address)
  if (recent !== undefined) return recent
  // A zone, as in `fe80::1%eth0`, is not part of the network.
  const [bare = ''] = address.split('%')
  const group = ipKeyGenerator(bare, IPV6_PREFIX)
  if (address.length <= MAX_LENGTH) RECENT.set(address, group)
  return group
}

/** Whether an address is this machine's, such as that of an untrusted proxy or a developer's own browser. */
export function isLoopback(address: string): boolean {
  const group = addressGroup(address)
  return group.startsWith('127.') || address === '::1'
}
