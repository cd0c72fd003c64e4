/**
 * Makes a text from elsewhere one line of printable ASCII, as wide as it is long: what could steer a terminal, and all
 * else, is percent-encoded as in a URL.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[^ -~]+/g, (other) =>
    // Half a surrogate pair cannot be encoded.
    encodeURIComponent(Buffer.from(other).toString()),
  )
}
