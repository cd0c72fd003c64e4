/**
 * Turns a foreign text into one line of printable ASCII, as wide as its length: all other characters, including terminal
 * escapes, are percent-encoded as in a URL.
 */
export function printable(text: string): string {
  return encodeAll(text, /[^ -~]+/g)
}

/**
 * Turns a foreign text in any script into one line without terminal escapes: control characters and invisible ones are
 * percent-encoded as in a URL.
 */
export function harmless(text: string): string {
  return encodeAll(text, /[\p{C}\p{Zl}\p{Zp}]+/gu)
}

/** Makes every text in a JSON value harmless. */
export function harmlessAll<T>(value: T): T {
  if (typeof value === 'string') return harmless(value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(harmlessAll) as T
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [harmless(name), harmlessAll(each)]),
  ) as T
}

function encodeAll(text: string, characters: RegExp): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(characters, (other) =>
    // Half a surrogate pair cannot be encoded.
    encodeURIComponent(Buffer.from(other).toString()),
  )
}
