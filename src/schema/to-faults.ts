import type * as z from 'zod'
import type { Fault } from '../errors.ts'

/** Where in the input an issue is. */
type Path = readonly PropertyKey[]

/** Turns what a schema found into faults: the first of each place, as the others follow from it. */
export function toFaults(error: z.ZodError, nameOf: (path: Path) => string): Fault[] {
  const faults = new Map<string, Fault>()
  for (const { path, message } of error.issues) {
    const place = path.map(String).join('.')
    if (!faults.has(place)) faults.set(place, { name: nameOf(path), detail: message })
  }
  return [...faults.values()]
}
