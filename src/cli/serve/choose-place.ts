import { addressGroup } from '../../system/address-group.ts'

/**
 * Chooses one of the places for an address; undefined if there are none. The addresses that limits take for one client
 * have one place. It is the place with the highest hash, so that only the addresses of a place that is gone move.
 */
export function choosePlace(places: readonly number[], address: string): number | undefined {
  const group = addressGroup(address)
  const rank = (place: number) => hash(`${place} ${group}`)
  return places.toSorted((one, other) => rank(other) - rank(one))[0]
}

/** FNV-1a with a final mix, 32 bits: a cheap hash that spreads similar texts. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return (value ^ (value >>> 16)) >>> 0
}
