import { quote } from '../errors.ts'
import { nearest } from './nearest.ts'

/**
 * Lists the fields of an author's object that nothing reads, as sentences: in JavaScript a misspelt name would otherwise
 * have no effect.
 * @param renamed earlier names of fields.
 * @param where the path of the object, such as `animate`; empty for the widget itself.
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

function quotePath(path: string, name: string): string {
  return /^[\w$-]+$/.test(name)
    ? `\`${path}${name}\``
    : `${quote(name)}${path && ` in \`${path.slice(0, -1)}\``}`
}
