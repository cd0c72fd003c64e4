import { type Fault, PublicError, quote } from '../errors.ts'

const KEY = /^[A-Za-z0-9._~-]{1,64}$/

/** Whether a text can be a key. */
export function isKey(text: string): boolean {
  return KEY.test(text)
}

/** @throws PublicError 400 for a key outside its grammar. */
export function checkKey(key: string): void {
  if (!isKey(key)) throw badKey(key)
}

/** The error for a key, or a text that was to be one, outside its grammar. */
export function badKey(key: string): PublicError {
  const detail = `expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, got ${quote(key)}`
  const faults: Fault[] = [{ name: 'key', detail }]
  return new PublicError({ code: 'bad-key', status: 400, caption: `key: ${detail}`, faults })
}
