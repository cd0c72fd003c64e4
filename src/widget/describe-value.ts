import { quote } from '../errors.ts'

/** Describes a value that an author wrote, for an error. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'function' ? 'a function' : quote(value)
}
