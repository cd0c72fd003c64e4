import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares digests in constant time: guesses reveal neither the secret's length nor its beginning. */
export function isEqualSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}
