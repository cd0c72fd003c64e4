import { closest, distance } from 'fastest-levenshtein'

const MAX_NAME_LENGTH = 60

/** Returns the known name nearest to a misspelt one, whatever its case; undefined if none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > MAX_NAME_LENGTH) return undefined
  const wanted = name.toLowerCase()
  const names = known.map((each) => each.toLowerCase())
  const found = closest(wanted, names)
  return distance(wanted, found) <= Math.max(2, name.length / 3) ? known[names.indexOf(found)] : undefined
}
