import { quote } from '../errors.ts'
import { addToStateJson, toStateJson } from './state-json.ts'

/** A change of one value of a room's state, as plain data. */
export type StateChange =
  | { operation: 'set'; value: unknown }
  | { operation: 'add'; value: unknown }
  /** Appends to a list, of which at most the newest `keep` values are kept. */
  | { operation: 'push'; value: unknown; keep?: number | undefined }
  | { operation: 'delete' }
  /** Replaces a value that is still `expected`, which is JSON; undefined: there is none. Without a `value` it is deleted. */
  | { operation: 'swap'; expected: string | undefined; value?: unknown }

/** The value after a change, undefined if there is none, and the response to the author's call. */
export interface ChangedState {
  value: unknown
  result: unknown
  /** Nothing is to be written. */
  isUnchanged?: boolean
}

/** The response to a `swap`. */
export interface Swapped {
  isSwapped: boolean
  /** The value that was found, as JSON; undefined if there is none. */
  current: string | undefined
}

/**
 * Applies a change to the current value; undefined means that there is none.
 * @throws TypeError if the current value has another type, or for a wrong argument.
 */
export function changeState(name: string, current: unknown, change: StateChange): ChangedState {
  switch (change.operation) {
    case 'set':
      return { value: change.value, result: undefined }
    case 'add': {
      const known = current === undefined ? undefined : toStateJson(name, current)
      const value = addToStateJson(name, known, change.value as number)
      return { value, result: value }
    }
    case 'push': {
      const value = appended(name, current, change.value, change.keep)
      return { value, result: value.length }
    }
    case 'delete':
      return { value: undefined, result: current !== undefined }
    case 'swap': {
      const found = current === undefined ? undefined : JSON.stringify(current)
      const isSwapped = found === change.expected
      const result: Swapped = { isSwapped, current: found }
      return { value: isSwapped ? change.value : current, result, isUnchanged: !isSwapped }
    }
  }
}

/**
 * Returns a list with one more value at its end, and no more than the newest `keep`; a missing list is empty.
 * @throws TypeError if the current value is not a list, or for a wrong `keep`.
 */
export function appended(name: string, current: unknown, value: unknown, keep?: number): unknown[] {
  if (keep !== undefined && !(Number.isInteger(keep) && keep >= 1))
    throw new TypeError(`Expected \`keep\` to be a whole number of at least 1, got ${quote(keep)}`)
  if (current !== undefined && !Array.isArray(current))
    throw new TypeError(
      `Expected \`${name}\` to be a list, found ${current === null ? 'null' : typeof current}`,
    )
  // Its own error names the value; in a list, `undefined` would become null.
  toStateJson(name, value)
  const list = [...(current ?? []), value]
  return keep === undefined ? list : list.slice(-keep)
}
