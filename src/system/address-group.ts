import { ipKeyGenerator } from 'express-rate-limit'

/** One customer has a whole network of this size (RFC 6177). */
const IPV6_PREFIX = 64

/** What limits by address count as one address: an IPv4 address, also one written as IPv6, or the /64 of an IPv6 address. */
export function addressGroup(address: string): string {
  // A zone, as in `fe80::1%eth0`, is no part of the network.
  const [bare = ''] = address.split('%')
  return ipKeyGenerator(bare, IPV6_PREFIX)
}

/** Whether an address is of this machine: a proxy that is not trusted, or a developer's own browser. */
export function isLoopback(address: string): boolean {
  const group = addressGroup(address)
  return group.startsWith('127.') || address === '::1'
}
