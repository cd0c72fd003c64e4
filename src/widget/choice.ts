import { quote } from '../errors.ts'

/** The words of a parameter. */
export interface Choice {
  default: string
  choices: readonly string[]
  /** The word that any other means. Spaces around a word do not matter then, and an empty value is none. */
  otherwise?: string
  /** Older words, each with the word that it means. */
  older?: Readonly<Record<string, string>>
}

/** Reads the word that a value names; undefined if it names none, so that it means `otherwise` or is wrong. */
export function readChoice(
  { choices, otherwise, older, default: unset }: Choice,
  raw: string,
): string | undefined {
  const word = otherwise === undefined ? raw : raw.trim()
  if (choices.includes(word)) return word
  if (word === '' && otherwise !== undefined) return unset
  return older && Object.hasOwn(older, word) ? older[word] : undefined
}

/** Describes the fault in an author's choice; undefined for a valid one. */
export function findChoiceFault({ choices, otherwise, older }: Choice): string | undefined {
  if (choices.length === 0) return 'has no choices'
  const wrong = choices.find((choice: unknown) => typeof choice !== 'string')
  if (wrong !== undefined) return `has the choice ${quote(wrong)}, expected text`
  if (otherwise !== undefined && !choices.includes(otherwise))
    return `has ${quote(otherwise)} as \`otherwise\`, expected one of its choices`
  const unknown = Object.entries(older ?? {}).find(([, meant]) => !choices.includes(meant))
  return (
    unknown && `has ${quote(unknown[1])} for the older word ${quote(unknown[0])}, expected one of its choices`
  )
}
