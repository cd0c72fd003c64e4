import type * as z from 'zod'
import type { Fault } from '../errors.ts'

/** The path of an issue in the input. */
type Path = readonly PropertyKey[]

/** Turns a schema's issues into faults: only the first at each path, since the others follow from it. */
export function toFaults(error: z.ZodError, nameOf: (path: Path) => string): Fault[] {
  const faults = new Map<string, Fault>()
  for (const { path, message } of error.issues) {
    const place = path.map(String).join('.')
    if (!faults.has(place)) faults.set(place, { name: nameOf(path), detail: message })
  }
  return [...faults.values()]
}
