/** Parses stored JSON; undefined if there is none, or if it is damaged, which is reported. */
export function parseStored(json: string | undefined, onDamage: () => void): unknown {
  if (json === undefined) return undefined
  try {
    return JSON.parse(json)
  } catch {
    onDamage()
    return undefined
  }
}
