import { ipKeyGenerator } from 'express-rate-limit'

/** Bits of an IPv6 address that name a customer's network. */
const CUSTOMER_BITS = 64

/** The unit by which sockets are limited: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  return ipKeyGenerator(address, CUSTOMER_BITS)
}
