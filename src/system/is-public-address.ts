import { BlockList, isIP } from 'node:net'

/**
 * Networks that are not on the public internet, from IANA's registries of special-purpose addresses (RFC 6890) and the
 * multicast ranges.
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/** Within 2000::/3: IETF protocols with Teredo, documentation, 6to4, AS112 and segment routing. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

/** All public IPv6 addresses are in here (RFC 4291, section 2.4, and IANA's registry). */
const GLOBAL_IPV6 = ['2000::/3']

/** The well-known prefix behind which NAT64 puts an IPv4 address (RFC 6052). */
const NAT64 = [0x64, 0xff9b, 0, 0, 0, 0]
/** The prefix of an IPv4 address that is written as IPv6. */
const MAPPED = [0, 0, 0, 0, 0, 0xffff]

const specialIpv4 = toBlockList(SPECIAL_IPV4, 'ipv4')
const specialIpv6 = toBlockList(SPECIAL_IPV6, 'ipv6')
const globalIpv6 = toBlockList(GLOBAL_IPV6, 'ipv6')

/**
 * Whether an IP address is on the public internet: neither private, loopback, link-local, shared (CGNAT), multicast nor
 * reserved. An IPv4 address inside an IPv6 one (mapped, or behind NAT64) counts by itself. False for anything else.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !specialIpv4.check(address, 'ipv4')
  // A zone (`fe80::1%eth0`) belongs to link-local addresses only.
  if (family !== 6 || address.includes('%')) return false
  const embedded = embeddedIpv4(address)
  if (embedded !== undefined) return isPublicAddress(embedded)
  return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
}

function embeddedIpv4(address: string): string | undefined {
  const groups = toGroups(address)
  const hasPrefix = (prefix: readonly number[]) => prefix.every((group, index) => groups[index] === group)
  if (!hasPrefix(NAT64) && !hasPrefix(MAPPED)) return undefined
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The eight groups of an IPv6 address. The URL parser rewrites `::ffff:1.2.3.4` to groups. */
function toGroups(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const read = (part: string) =>
    part.split(':').flatMap((group) => (group ? [Number.parseInt(group, 16)] : []))
  const [first, last] = [read(head), read(tail ?? '')]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0)
  return [...first, ...zeros, ...last]
}

function toBlockList(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}
