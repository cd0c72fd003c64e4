import { closest, distance } from 'fastest-levenshtein'

const LONGEST = 60

/** The known name that a misspelt one is most likely meant to be; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > LONGEST) return undefined
  const wanted = name.toLowerCase()
  const found = closest(wanted, known)
  return distance(wanted, found) <= Math.max(2, name.length / 3) ? found : undefined
}
