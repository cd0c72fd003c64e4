import { quote } from '../errors.ts'
import { nearest } from './nearest.ts'

/**
 * Lists the fields of an author's object that nothing reads, as sentences: in JavaScript a misspelt name would otherwise
 * have no effect.
 * @param where the path of the object, such as `animate`; empty for the widget itself.
 * @param renamed earlier names of fields.
 */
export function findUnknownFields(
  where: string,
  given: object,
  known: readonly string[],
  renamed: Readonly<Record<string, string>> = {},
): string[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const path = where === '' ? '' : `${where}.`
      const meant = Object.hasOwn(renamed, name) ? renamed[name] : nearest(name, known)
      const help = meant === undefined ? `expected ${known.join(', ')}` : `did you mean \`${path}${meant}\`?`
      return `unknown field ${quotePath(path, name)}, ${help}`
    })
}

/**
 * Checks the names of the options that an author gives to a function.
 * @param call the function's name.
 * @throws TypeError for anything but an object with known names.
 */
export function checkOptions(call: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(
      `${call}: expected the options { ${known.join(', ')} }, got ${given === undefined ? 'nothing' : quote(given)}`,
    )
  for (const name in given) {
    // Fast, because a picture may draw thousands of texts.
    if (known.includes(name)) continue
    const faults = findUnknownFields('', given, known)
    if (faults.length > 0) throw new TypeError(`${call}: ${faults.join('; ').replaceAll('field', 'option')}`)
  }
}

function quotePath(path: string, name: string): string {
  return /^[\w$-]+$/.test(name)
    ? `\`${path}${name}\``
    : `${quote(name)}${path && ` in \`${path.slice(0, -1)}\``}`
}
