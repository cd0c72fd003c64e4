import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import { lazy } from '../system/lazy.ts'

/** A pattern as plain data. */
export interface PatternSource {
  /** In the syntax of RE2. */
  pattern: string
  /** As the author wrote it. */
  source: string
}

/** Loaded with the first pattern: it takes 25 ms, and few widgets have one. */
const engine = lazy(() => (createRequire(import.meta.url)('re2js') as typeof import('re2js')).RE2JS)

/** Instructions of a compiled pattern; matching a key takes at most this many steps a character. */
const MAX_PROGRAM_SIZE = 1_000
const FLAGS = /^[iu]*$/

/**
 * Compiles a pattern for an engine that matches in linear time. The process that holds the sockets matches keys that
 * strangers send, and a backtracking engine can take minutes for 40 characters. A typical pattern compiles in 50 µs.
 */
export function compilePattern({ pattern }: PatternSource): RE2JS {
  return engine().compile(pattern)
}

/**
 * Reads an author's regular expression.
 * @throws TypeError where a flag or the syntax is not supported, or where the pattern is too large.
 */
export function toPatternSource(pattern: RegExp): PatternSource {
  if (!FLAGS.test(pattern.flags)) throw new TypeError(`has the flags ${pattern.flags}, expected only i and u`)
  const translated = engine().translateRegExp(pattern.source)
  const source = {
    pattern: pattern.flags.includes('i') ? `(?i)${translated}` : translated,
    source: String(pattern),
  }
  let size: number
  try {
    size = compilePattern(source).programSize()
  } catch (error) {
    throw new TypeError(`${source.source} cannot be matched in linear time: ${(error as Error).message}`)
  }
  if (size > MAX_PROGRAM_SIZE)
    throw new TypeError(
      `${source.source} is too large: expected at most ${MAX_PROGRAM_SIZE} steps, got ${size}`,
    )
  return source
}
