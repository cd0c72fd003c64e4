/**
 * Writes words that stand alone as a sentence: with a capital and an end. A name or an address at the beginning stays
 * as it is, since `Clock/main` is another than `clock/main`.
 */
export function toSentence(words: string): string {
  const begun = /^[a-z]+(?=[\s,;]|$)/.test(words)
    ? `${words.charAt(0).toUpperCase()}${words.slice(1)}`
    : words
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}
