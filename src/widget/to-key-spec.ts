import { quote } from '../errors.ts'
import { describeValue } from './describe-value.ts'
import {
  describeKey,
  isKey,
  isKeyText,
  type KeyGrammar,
  type KeySpec,
  MAX_KEY_LENGTH,
  NAME_KEY,
} from './key.ts'
import { toPatternSource } from './key-pattern.ts'
import type { ParamSpec } from './param.ts'

/** Describes an author's key grammar as plain data. @throws TypeError that names its fault. */
export function toKeySpec(grammar: KeyGrammar | undefined): KeySpec {
  if (grammar === undefined) return NAME_KEY
  if (typeof grammar !== 'object' || grammar === null) throw noGrammar()
  const spec = readGrammar(grammar)
  if (isKey(spec.default, spec)) return spec
  throw new TypeError(`has the default ${quote(spec.default)}, expected ${describeKey(spec)}`)
}

function readGrammar(grammar: KeyGrammar): KeySpec {
  if ('pattern' in grammar) {
    if (!(grammar.pattern instanceof RegExp))
      throw new TypeError('has a `pattern` that is not a regular expression')
    if (typeof grammar.default !== 'string')
      throw new TypeError(`has the default ${describeValue(grammar.default)}, expected a key as text`)
    return { kind: 'pattern', ...toPatternSource(grammar.pattern), default: grammar.default }
  }
  const key: ParamSpec | undefined = grammar.spec
  if (key?.kind === 'choice') {
    const wrong = key.choices.find((choice) => !isKeyText(choice))
    if (wrong === undefined) return key
    throw new TypeError(`has the choice ${quote(wrong)}, expected 1 to ${MAX_KEY_LENGTH} characters`)
  }
  if (key?.kind === 'text') {
    if (key.max <= MAX_KEY_LENGTH) return key
    throw new TypeError(`allows ${key.max} characters, expected at most ${MAX_KEY_LENGTH}`)
  }
  throw noGrammar()
}

function noGrammar(): TypeError {
  return new TypeError(
    'is not a key grammar, expected param.choice([...]), param.text() or { pattern, default }',
  )
}
