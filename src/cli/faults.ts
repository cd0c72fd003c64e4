import { type Fault, PublicError } from '../errors.ts'
import { parseDuration } from '../widget/duration.ts'
import { checkKey } from '../widget/key.ts'

/** Faults of the key of a room, as words of a command; none if it is missing. */
export function findKeyFaults(name: string, key: string | undefined): Fault[] {
  try {
    if (key !== undefined) checkKey(key)
    return []
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    // Its own name of the key is replaced by the option's.
    return error.faults.map(({ detail }) => ({ name, detail }))
  }
}

/** Faults of `--ttl`; none if it is missing. */
export function findTtlFaults(ttl: string | undefined): Fault[] {
  if (ttl === undefined || parseDuration(ttl) !== undefined) return []
  return [{ name: '--ttl', detail: `expected a time with its unit, like 10m, got ${JSON.stringify(ttl)}` }]
}
