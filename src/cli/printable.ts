/**
 * Makes a text from elsewhere one line of printable ASCII, as wide as it is long: what could steer a terminal, and all
 * else, is percent-encoded as in a URL.
 */
export function printable(text: string): string {
  return encodeAll(text, /[^ -~]+/g)
}

/**
 * Makes a text from elsewhere one line that cannot steer a terminal, in whatever script it is: control characters and
 * those that nobody sees are percent-encoded as in a URL.
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
