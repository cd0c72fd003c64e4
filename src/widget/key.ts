import { type Fault, notFound, PublicError, quote, toCaption } from '../errors.ts'
import { compilePattern, type PatternSource } from './key-pattern.ts'
import type { Param } from './param.ts'

/**
 * The keys that a widget declares: `param.choice([...])` for a closed list, `param.text('main', { max: 255 })` for any
 * text, or a pattern that the whole key must match.
 */
export type KeyGrammar = Param<string> | KeyPattern

/** A regular expression for keys, and the key of `/<widget>.png`. */
export interface KeyPattern {
  /** Matched against the whole key, in linear time: no lookaround and no back-references. Flags: `i`, `u`. */
  pattern: RegExp
  default: string
}

/** A widget's key grammar as plain data. `name` is the grammar of widgets that declare none. */
export type KeySpec = { default: string; about?: string } & (
  | { kind: 'name' }
  | { kind: 'text'; max: number }
  | { kind: 'choice'; choices: readonly string[] }
  | ({ kind: 'pattern' } & PatternSource)
)

/** The key grammar of widgets that declare none: 1 to 64 characters `A-Z a-z 0-9 . _ ~ -`. */
export const NAME_KEY: KeySpec = { kind: 'name', default: 'main' }

/** The longest key of any grammar, in UTF-16 code units. Longer keys are refused before anything else looks at them. */
export const MAX_KEY_LENGTH = 255

const NAME = /^[A-Za-z0-9._~-]{1,64}$/
// Lone surrogates cannot be encoded as UTF-8; control characters break log lines and terminals.
const NEVER = /[\p{Cc}\p{Cs}]/u

/** Whether a text can be the key of some widget: 1 to 255 characters, without control characters. */
export function isKeyText(text: unknown): text is string {
  return typeof text === 'string' && text.length > 0 && text.length <= MAX_KEY_LENGTH && !NEVER.test(text)
}

/** Whether a text is a key of a grammar. Takes time linear in the length of the text for every grammar. */
export function isKey(text: string, spec: KeySpec = NAME_KEY): boolean {
  if (!isKeyText(text)) return false
  switch (spec.kind) {
    case 'name':
      return NAME.test(text)
    case 'text':
      return [...text].length <= spec.max
    case 'choice':
      return spec.choices.includes(text)
    case 'pattern':
      return compilePattern(spec).testExact(text)
  }
}

/** Describes a key grammar in words: `one of home, about`. */
export function describeKey(spec: KeySpec): string {
  switch (spec.kind) {
    case 'name':
      return '1 to 64 characters of A-Z a-z 0-9 . _ ~ -'
    case 'text':
      return `1 to ${spec.max} characters`
    case 'choice':
      return `one of ${spec.choices.join(', ') || 'no choices'}`
    case 'pattern':
      return `a key that matches ${spec.source}`
  }
}

/**
 * Reads the key from a URL's path segment. Without a segment, returns the grammar's default key.
 * @throws PublicError 400 for a malformed percent-encoding, and the errors of `checkKey`.
 */
export function readKey(segment: string | undefined, spec: KeySpec = NAME_KEY): string {
  if (segment === undefined) return spec.default
  const key = decodeSegment(segment)
  checkKey(key, spec)
  return key
}

/** Decodes a segment of a URL's path. @throws PublicError 400 for a malformed percent-encoding. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badKey(segment)
  }
}

/**
 * Checks a key against its widget's grammar.
 * @throws PublicError 400 for a key outside the default grammar; 404 for a key outside a declared grammar.
 */
export function checkKey(key: string, spec: KeySpec = NAME_KEY): void {
  if (isKey(key, spec)) return
  if (spec.kind === 'name') throw badKey(key)
  const expected = describeKey(spec)
  throw notFound(`no such picture: expected ${expected}`, `no picture ${quote(key)}: expected ${expected}`)
}

function badKey(key: string): PublicError {
  const detail = `expected ${describeKey(NAME_KEY)}, got ${quote(key)}`
  const faults: Fault[] = [{ name: 'key', detail }]
  return new PublicError({
    code: 'bad-key',
    status: 400,
    caption: toCaption({ name: 'key', detail }),
    detail: `key: ${detail}`,
    faults,
  })
}
