/** Says whether what came from elsewhere is what it should be. */
export type Guard<T> = (value: unknown) => value is T

/** Any text. */
export const isText: Guard<string> = (value) => typeof value === 'string'

/** Any finite number. */
export const isCount: Guard<number> = (value): value is number => Number.isFinite(value)

/** Either of two. */
export const isFlag: Guard<boolean> = (value) => typeof value === 'boolean'

/** What may be missing: then it is null. */
export function isNullOr<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value)
}

/** A list, each of whose members is right. */
export function isListOf<T>(guard: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(guard)
}

/** An object with these fields, and perhaps others. */
export function isObjectOf<T>(fields: { readonly [Name in keyof T]: Guard<T[Name]> }): Guard<T> {
  const guards = Object.entries(fields) as [string, Guard<unknown>][]
  return (value): value is T => {
    const given = (value ?? {}) as Record<string, unknown>
    return guards.every(([name, guard]) => guard(given[name]))
  }
}
